//! The content codings that bodies can be compressed with.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::{Error, ErrorKind};
use hammer_diagnostic::shortened;

/// Brotli's quality, from 0 to 11. Higher ones take many times as long and save little.
const BROTLI_QUALITY: i32 = 5;
/// The largest window that the format of brotli allows.
const BROTLI_WINDOW_BITS: i32 = 22;
/// Zstd's default level.
const ZSTD_LEVEL: i32 = 3;

/// A content coding, as named in `Content-Encoding` (RFC 9110, section 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentCoding {
    /// `gzip`, the format of RFC 1952.
    Gzip,
    /// `deflate`, the format of zlib (RFC 1950).
    Deflate,
    /// `br`, the format of brotli (RFC 7932).
    Brotli,
    /// `zstd` (RFC 8878).
    Zstd,
}

impl ContentCoding {
    const ALL: [Self; 4] = [Self::Gzip, Self::Deflate, Self::Brotli, Self::Zstd];

    /// The name in `Content-Encoding`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// Looks up a coding by its name in a header, where `x-gzip` means gzip.
    pub(crate) fn from_header(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("x-").unwrap_or(&name);
        Self::ALL.into_iter().find(|coding| coding.name() == name)
    }

    /// Compresses `plain`.
    pub(crate) fn encode(self, plain: &[u8]) -> io::Result<Bytes> {
        let coded = match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(plain)?;
                encoder.finish()?
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(plain)?;
                encoder.finish()?
            }
            Self::Brotli => {
                let parameters = brotli::enc::BrotliEncoderParams {
                    quality: BROTLI_QUALITY,
                    lgwin: BROTLI_WINDOW_BITS,
                    ..Default::default()
                };
                let mut coded = Vec::new();
                brotli::BrotliCompress(&mut &*plain, &mut coded, &parameters)?;
                coded
            }
            Self::Zstd => zstd::stream::encode_all(plain, ZSTD_LEVEL)?,
        };
        Ok(coded.into())
    }
}

impl fmt::Display for ContentCoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ContentCoding {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|coding| coding.name() == text);
        found.ok_or_else(|| {
            let message = format!(
                "unknown coding {text:?}; expected gzip, deflate, br or zstd",
                text = shortened(text)
            );
            Error::new(ErrorKind::Body, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_found_by_name() {
        for coding in ContentCoding::ALL {
            assert_eq!(
                coding
                    .name()
                    .parse::<ContentCoding>()
                    .expect("the name is known"),
                coding
            );
            assert_eq!(
                ContentCoding::from_header(&coding.name().to_uppercase()),
                Some(coding)
            );
        }
        assert_eq!(
            ContentCoding::from_header("x-gzip"),
            Some(ContentCoding::Gzip)
        );
        assert_eq!(ContentCoding::from_header("identity"), None);
        let error = "brotli"
            .parse::<ContentCoding>()
            .expect_err("the name in headers is br");
        assert!(
            error.to_string().contains("gzip, deflate, br or zstd"),
            "{error}"
        );
    }

    /// Checks the magic bytes of each format.
    #[test]
    fn each_coding_writes_its_own_format() {
        let plain = "a".repeat(1000);
        let begin = |coding: ContentCoding| {
            let coded = coding
                .encode(plain.as_bytes())
                .expect("writing to memory succeeds");
            assert!(coded.len() < 100, "{coding}: {} bytes", coded.len());
            coded
        };
        assert_eq!(begin(ContentCoding::Gzip)[..3], [0x1f, 0x8b, 8]);
        assert_eq!(begin(ContentCoding::Deflate)[0], 0x78);
        assert_eq!(begin(ContentCoding::Zstd)[..4], [0x28, 0xb5, 0x2f, 0xfd]);
        begin(ContentCoding::Brotli);
    }
}
