//! Layers of decoders, one for each content coding.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use zstd::stream::raw::{DParameter, Decoder as ZstdFrames};
use zstd::stream::write::Decoder as ZstdDecoder;

use super::limits::BodyBuffer;
use crate::content_coding::ContentCoding;

/// Maximum window of zstd: 2²³ bytes, the limit of RFC 9659 for `Content-Encoding`.
///
/// The formats of the other codings limit their windows: brotli to 2²⁴ bytes, gzip and deflate to 2¹⁵.
const ZSTD_WINDOW_BITS: u32 = 23;

/// Size of the output buffer of the brotli decoder.
const BROTLI_BUFFER_BYTES: usize = 8 * 1024;

/// A stage that a body passes through.
pub(super) trait DecoderLayer: Write {
    /// Ends the body and returns the output of the last layer.
    fn finish(self: Box<Self>) -> io::Result<BodyBuffer>;
}

/// Creates a layer that decodes `coding` and writes to the next layer.
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
    fn finish(self: Box<Self>) -> io::Result<BodyBuffer> {
        (*self).finish()?.finish()
    }
}

impl DecoderLayer for brotli::DecompressorWriter<Box<dyn DecoderLayer>> {
    fn finish(mut self: Box<Self>) -> io::Result<BodyBuffer> {
        self.close()?;
        let inner = (*self).into_inner();
        inner.map_or_else(
            |_| Err(io::ErrorKind::UnexpectedEof.into()),
            DecoderLayer::finish,
        )
    }
}

impl DecoderLayer for ZstdDecoder<'static, Box<dyn DecoderLayer>> {
    fn finish(self: Box<Self>) -> io::Result<BodyBuffer> {
        (*self).finish()?.finish()
    }
}

/// Decodes `deflate`, which is the zlib format, or the raw stream that many servers send instead.
enum DeflateLayer {
    Undecided(Option<Box<dyn DecoderLayer>>),
    Zlib(ZlibDecoder<Box<dyn DecoderLayer>>),
    Raw(DeflateDecoder<Box<dyn DecoderLayer>>),
}

impl Write for DeflateLayer {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if let (Self::Undecided(next), Some(first)) = (&mut *self, chunk.first()) {
            let next = next.take().ok_or(io::ErrorKind::BrokenPipe)?;
            // In the zlib format, the low four bits are the method, always 8 (RFC 1950). A raw stream
            // with these bits would begin with a stored block whose padding is not zero.
            *self = if first & 0x0f == 8 {
                Self::Zlib(ZlibDecoder::new(next))
            } else {
                Self::Raw(DeflateDecoder::new(next))
            };
        }
        match self {
            Self::Undecided(_) => Ok(0),
            Self::Zlib(decoder) => decoder.write(chunk),
            Self::Raw(decoder) => decoder.write(chunk),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DecoderLayer for DeflateLayer {
    fn finish(self: Box<Self>) -> io::Result<BodyBuffer> {
        match *self {
            Self::Undecided(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Self::Zlib(decoder) => decoder.finish()?.finish(),
            Self::Raw(decoder) => decoder.finish()?.finish(),
        }
    }
}
