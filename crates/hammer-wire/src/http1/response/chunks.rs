//! Bodies in chunks (RFC 9112, section 7.1).

use super::error::{ResponseError, ResponseErrorKind};

/// Maximum number of bytes after the size in the line of a chunk: whitespace and extensions.
const MAX_EXTENSION_BYTES: u32 = 16 * 1024;

/// The place in a chunked body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkState {
    /// In the size, with the number of digits so far, of which there may be 255.
    Size { size: u64, digits: u8 },
    /// After the size, in whitespace before a line break or an extension, with its bytes so far.
    Blanks { size: u64, bytes: u32 },
    /// In the extensions, which are ignored, with the number of bytes since the size.
    Extension { size: u64, bytes: u32 },
    /// Before the line feed of the line.
    LineFeed { size: u64 },
    /// In the data, with the number of bytes left.
    Data { left: u64 },
    /// After the data, before its carriage return.
    DataEnd,
    /// After the data, before its line feed.
    DataLineFeed,
    /// In the trailer section.
    Trailers,
}

/// The next piece of a chunked body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ChunkPiece {
    /// This many bytes of data begin at the offset.
    Data { offset: usize, bytes: usize },
    /// The trailer section begins at the offset.
    Trailers { offset: usize },
    /// All bytes belong to the framing.
    Nothing,
}

impl ChunkState {
    /// The beginning of a body.
    pub(super) const START: Self = Self::Size { size: 0, digits: 0 };

    /// Returns the next piece of `bytes`; the caller continues after it.
    pub(super) fn next_piece(&mut self, bytes: &[u8]) -> Result<ChunkPiece, ResponseError> {
        for (offset, byte) in bytes.iter().enumerate() {
            match *self {
                Self::Data { left } => {
                    let taken = left.min((bytes.len() - offset) as u64);
                    *self = match left - taken {
                        0 => Self::DataEnd,
                        left => Self::Data { left },
                    };
                    return Ok(ChunkPiece::Data {
                        offset,
                        bytes: taken as usize,
                    });
                }
                Self::Trailers => return Ok(ChunkPiece::Trailers { offset }),
                _ => *self = self.after(*byte).ok_or_else(|| self.refuse(*byte))?,
            }
        }
        match self {
            Self::Trailers => Ok(ChunkPiece::Trailers {
                offset: bytes.len(),
            }),
            _ => Ok(ChunkPiece::Nothing),
        }
    }

    /// The state after a byte of the framing, or `None` if the byte may not come here.
    fn after(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Size { size, digits }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => Self::Size {
                size: size.checked_mul(16)? | u64::from((byte as char).to_digit(16)?),
                digits: digits.checked_add(1)?,
            },
            (Self::Size { digits: 0, .. }, _) => return None,
            (
                Self::Size { size, .. } | Self::Blanks { size, .. } | Self::Extension { size, .. },
                b'\r',
            ) => Self::LineFeed { size },
            // A bare line feed ends a line too (RFC 9112, section 2.2).
            (
                Self::Size { size, .. }
                | Self::Blanks { size, .. }
                | Self::Extension { size, .. }
                | Self::LineFeed { size },
                b'\n',
            ) => match size {
                0 => Self::Trailers,
                left => Self::Data { left },
            },
            (Self::Size { size, .. }, b' ' | b'\t') => Self::Blanks { size, bytes: 1 },
            (Self::Size { size, .. }, b';') => Self::Extension { size, bytes: 1 },
            (Self::Blanks { size, bytes }, b' ' | b'\t') if bytes < MAX_EXTENSION_BYTES => {
                let bytes = bytes + 1;
                Self::Blanks { size, bytes }
            }
            (Self::Blanks { size, bytes }, b';') if bytes < MAX_EXTENSION_BYTES => {
                let bytes = bytes + 1;
                Self::Extension { size, bytes }
            }
            // Quoted strings need no care: they contain neither carriage returns nor line feeds.
            (Self::Extension { size, bytes }, b'\t' | b' '..) if bytes < MAX_EXTENSION_BYTES => {
                let bytes = bytes + 1;
                Self::Extension { size, bytes }
            }
            (Self::DataEnd, b'\r') => Self::DataLineFeed,
            (Self::DataEnd | Self::DataLineFeed, b'\n') => Self::START,
            _ => return None,
        })
    }

    /// The error of a byte that may not come here.
    #[cold]
    fn refuse(self, byte: u8) -> ResponseError {
        let expected = match self {
            Self::Size { digits: 0, .. } => "the size of a chunk in hexadecimal digits",
            Self::Size { .. } if byte.is_ascii_hexdigit() => "the size of a chunk below 2^64",
            Self::Size { .. } | Self::Blanks { .. } => {
                "a line break or an extension after the size of a chunk"
            }
            Self::Extension { .. } if byte == b'\t' || byte >= b' ' => {
                "at most 16 KiB of extensions of a chunk"
            }
            Self::Extension { .. } => "an extension of a chunk without control characters",
            Self::LineFeed { .. } => "a line feed after the carriage return in the line of a chunk",
            _ => "a line break after the data of a chunk",
        };
        ResponseError::new(ResponseErrorKind::Chunk, &[byte]).with_expected(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::{ChunkPiece, ChunkState, MAX_EXTENSION_BYTES};

    /// Returns the size in a line, or what was expected in place of a byte.
    fn size_of(line: &[u8]) -> Result<u64, String> {
        let mut state = ChunkState::START;
        match state.next_piece(line) {
            Ok(ChunkPiece::Nothing) => match state {
                ChunkState::Data { left } => Ok(left),
                _ => Err(format!("{state:?}")),
            },
            Ok(ChunkPiece::Trailers { offset }) if offset == line.len() => Ok(0),
            Ok(piece) => Err(format!("{piece:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn reads_sizes() {
        let table: [(&str, u64); 12] = [
            ("1\r\n", 1),
            ("1aF\r\n", 0x1af),
            ("0\r\n", 0),
            ("00000000000000000000\r\n", 0),
            ("0000000000000000000010\r\n", 16),
            ("ffffffffffffffff\r\n", u64::MAX),
            // RFC 9112, section 7.1.1: extensions are ignored.
            ("2;a\r\n", 2),
            ("2 ; a = \"b;c\" ;d\r\n", 2),
            ("0;last\r\n", 0),
            // Old servers pad the line with spaces.
            ("2  \t \r\n", 2),
            ("2\n", 2),
            ("2;a\n", 2),
        ];
        for (line, size) in table {
            assert_eq!(size_of(line.as_bytes()), Ok(size), "{line:?}");
        }
        let line = format!("2{}\r\n", ";".repeat(MAX_EXTENSION_BYTES as usize));
        assert_eq!(size_of(line.as_bytes()), Ok(2));
        let line = format!("{}2\r\n", "0".repeat(254));
        assert_eq!(size_of(line.as_bytes()), Ok(2));
    }

    #[test]
    fn says_what_is_wrong_with_a_line() {
        let long_extension = format!("2;{}\r\n", "a".repeat(MAX_EXTENSION_BYTES as usize));
        let long_blanks = format!("2{}\r\n", " ".repeat(MAX_EXTENSION_BYTES as usize + 1));
        let long_size = format!("{}2\r\n", "0".repeat(255));
        let table: [(&str, &str); 14] = [
            ("\r\n", "hexadecimal digits"),
            (" 2\r\n", "hexadecimal digits"),
            ("-2\r\n", "hexadecimal digits"),
            (";a\r\n", "hexadecimal digits"),
            ("0x2\r\n", "a line break or an extension"),
            ("2 3\r\n", "a line break or an extension"),
            ("2g\r\n", "a line break or an extension"),
            ("10000000000000000\r\n", "below 2^64"),
            (&long_size, "below 2^64"),
            (&long_extension, "at most 16 KiB"),
            (&long_blanks, "a line break or an extension"),
            ("2\rx", "a line feed"),
            // RFC 9112, section 2.2: a bare CR is invalid, in a quoted string too.
            ("2;a=\"\rb\"\r\n", "a line feed"),
            ("2;a\0\r\n", "control characters"),
        ];
        for (line, expected) in table {
            let error = size_of(line.as_bytes()).expect_err(line);
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn ends_data_with_a_line_break() {
        for (bytes, is_valid) in [
            (&b"\r\n1\r\n"[..], true),
            (b"\n1\r\n", true),
            (b"1\r\n", false),
            (b"\r1\r\n", false),
        ] {
            let mut state = ChunkState::DataEnd;
            assert_eq!(state.next_piece(bytes).is_ok(), is_valid);
            assert!(!is_valid || state == ChunkState::Data { left: 1 });
        }
    }
}
