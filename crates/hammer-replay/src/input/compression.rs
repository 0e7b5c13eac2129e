//! Compression formats of logs.

use std::io::{self, BufReader, Read};

/// The compression format of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogCompression {
    None,
    Gzip,
    Zstd,
    Bzip2,
}

impl LogCompression {
    /// Detects the format by the first bytes of a file.
    ///
    /// Sources: RFC 1952, section 2.3.1; RFC 8878, sections 3.1.1 and 3.1.2; bzip2's own
    /// description.
    pub(crate) fn detect(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => Self::Bzip2,
            _ => Self::None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "text",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
        }
    }

    /// Returns a reader of the decompressed content, which may consist of several members or frames.
    pub(crate) fn reader<R: Read + 'static>(self, file: BufReader<R>) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Self::None => Box::new(file),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(file)?),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(file)),
        })
    }
}
