use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use zstd::stream::raw::{DParameter, Decoder as ZstdFrames};
use zstd::stream::write::Decoder as ZstdDecoder;

use crate::content_coding::ContentCoding;

/// The window of zstd may have 2²³ bytes, as RFC 9659 says for `Content-Encoding`. That of brotli
/// can't have more than 2²⁴ in its plain format, and that of the others has 2¹⁵.
const ZSTD_WINDOW_BITS: u32 = 23;

/// What brotli writes at one time.
const BROTLI_BUFFER_BYTES: usize = 8 * 1024;

/// One of the places that a body runs through.
pub(super) trait DecoderLayer: Write {
    /// Everything that came out at the end.
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>>;
}

/// Undoes a coding, and hands what comes out to the next step.
pub(super) fn decoding_layer(
    coding: ContentCoding,
    next: Box<dyn DecoderLayer>,
) -> io::Result<Box<dyn DecoderLayer>> {
    Ok(match coding {
        ContentCoding::Gzip => Box::new(MultiGzDecoder::new(next)),
        ContentCoding::Deflate => Box::new(DeflateLayer::Undecided(Some(next))),
        ContentCoding::Brotli => {
            Box::new(brotli::DecompressorWriter::new(next, BROTLI_BUFFER_BYTES))
        }
        ContentCoding::Zstd => {
            let mut frames = ZstdFrames::new()?;
            frames.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_BITS))?;
            Box::new(ZstdDecoder::with_decoder(next, frames))
        }
    })
}

impl DecoderLayer for MultiGzDecoder<Box<dyn DecoderLayer>> {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        (*self).finish()?.finish()
    }
}

impl DecoderLayer for brotli::DecompressorWriter<Box<dyn DecoderLayer>> {
    fn finish(mut self: Box<Self>) -> io::Result<Vec<u8>> {
        self.close()?;
        let whole = (*self).into_inner();
        whole.map_or_else(
            |_| Err(io::ErrorKind::UnexpectedEof.into()),
            DecoderLayer::finish,
        )
    }
}

impl DecoderLayer for ZstdDecoder<'static, Box<dyn DecoderLayer>> {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        (*self).finish()?.finish()
    }
}

/// What HTTP calls deflate is the format of zlib; many send the bare stream inside of it.
enum DeflateLayer {
    Undecided(Option<Box<dyn DecoderLayer>>),
    Zlib(ZlibDecoder<Box<dyn DecoderLayer>>),
    Raw(DeflateDecoder<Box<dyn DecoderLayer>>),
}

impl Write for DeflateLayer {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if let (Self::Undecided(next), Some(first)) = (&mut *self, piece.first()) {
            let next = next.take().ok_or(io::ErrorKind::BrokenPipe)?;
            // RFC 1950: the low four bits name the method, 8. A bare stream would begin with a
            // stored block whose padding is not zero.
            *self = if first & 0x0f == 8 {
                Self::Zlib(ZlibDecoder::new(next))
            } else {
                Self::Raw(DeflateDecoder::new(next))
            };
        }
        match self {
            Self::Undecided(_) => Ok(0),
            Self::Zlib(decoder) => decoder.write(piece),
            Self::Raw(decoder) => decoder.write(piece),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DecoderLayer for DeflateLayer {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        match *self {
            Self::Undecided(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Self::Zlib(decoder) => decoder.finish()?.finish(),
            Self::Raw(decoder) => decoder.finish()?.finish(),
        }
    }
}
