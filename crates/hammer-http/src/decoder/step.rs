use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use zstd::stream::raw::{DParameter, Decoder as ZstdFrames};
use zstd::stream::write::Decoder as ZstdDecoder;

use crate::coding::Coding;

/// The window of zstd may have 2²³ bytes, as RFC 9659 says for `Content-Encoding`. That of brotli
/// can't have more than 2²⁴ in its plain format, and that of the others has 2¹⁵.
const ZSTD_WINDOW_BITS: u32 = 23;

/// What brotli writes at one time.
const BROTLI_BUFFER_BYTES: usize = 8 * 1024;

/// One of the places that a body runs through.
pub(super) trait Step: Write {
    /// Everything that came out at the end.
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>>;
}

/// Undoes a coding, and hands what comes out to the next step.
pub(super) fn undoing(coding: Coding, next: Box<dyn Step>) -> io::Result<Box<dyn Step>> {
    Ok(match coding {
        Coding::Gzip => Box::new(MultiGzDecoder::new(next)),
        Coding::Deflate => Box::new(Deflate::Undecided(Some(next))),
        Coding::Brotli => Box::new(brotli::DecompressorWriter::new(next, BROTLI_BUFFER_BYTES)),
        Coding::Zstd => {
            let mut frames = ZstdFrames::new()?;
            frames.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_BITS))?;
            Box::new(ZstdDecoder::with_decoder(next, frames))
        }
    })
}

impl Step for MultiGzDecoder<Box<dyn Step>> {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        (*self).finish()?.finish()
    }
}

impl Step for brotli::DecompressorWriter<Box<dyn Step>> {
    fn finish(mut self: Box<Self>) -> io::Result<Vec<u8>> {
        self.close()?;
        let whole = (*self).into_inner();
        whole.map_or_else(|_| Err(io::ErrorKind::UnexpectedEof.into()), Step::finish)
    }
}

impl Step for ZstdDecoder<'static, Box<dyn Step>> {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        (*self).finish()?.finish()
    }
}

/// What HTTP calls deflate is the format of zlib; many send the bare stream inside of it.
enum Deflate {
    Undecided(Option<Box<dyn Step>>),
    Zlib(ZlibDecoder<Box<dyn Step>>),
    Bare(DeflateDecoder<Box<dyn Step>>),
}

impl Write for Deflate {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if let (Self::Undecided(next), Some(first)) = (&mut *self, piece.first()) {
            let next = next.take().ok_or(io::ErrorKind::BrokenPipe)?;
            // RFC 1950: the low four bits name the method, 8. A bare stream would begin with a
            // stored block whose padding is not zero.
            *self = if first & 0x0f == 8 {
                Self::Zlib(ZlibDecoder::new(next))
            } else {
                Self::Bare(DeflateDecoder::new(next))
            };
        }
        match self {
            Self::Undecided(_) => Ok(0),
            Self::Zlib(decoder) => decoder.write(piece),
            Self::Bare(decoder) => decoder.write(piece),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Step for Deflate {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        match *self {
            Self::Undecided(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Self::Zlib(decoder) => decoder.finish()?.finish(),
            Self::Bare(decoder) => decoder.finish()?.finish(),
        }
    }
}
