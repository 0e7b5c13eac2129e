//! Bodies in chunks (RFC 9112, section 7.1).

use super::error::{ResponseError, ResponseErrorKind};

/// Maximum number of bytes of a chunk's line, extensions included.
const MAX_LINE_BYTES: u32 = 16 * 1024;

/// The place in a chunked body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChunkState {
    /// In the size, with the number of digits so far.
    Size { size: u64, digits: u8 },
    /// After the size, with the bytes of the line so far: blanks, and extensions, which are ignored.
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
        let mut offset = 0;
        loop {
            if let Self::Data { left } = *self {
                let here = (bytes.len() - offset) as u64;
                let taken = left.min(here);
                if taken == 0 && left > 0 {
                    return Ok(ChunkPiece::Nothing);
                }
                *self = match left - taken {
                    0 => Self::DataEnd,
                    left => Self::Data { left },
                };
                return Ok(ChunkPiece::Data {
                    offset,
                    bytes: taken as usize,
                });
            }
            if *self == Self::Trailers {
                return Ok(ChunkPiece::Trailers { offset });
            }
            let Some(&byte) = bytes.get(offset) else {
                return Ok(ChunkPiece::Nothing);
            };
            let next = self.after(byte);
            *self = next.ok_or_else(|| {
                let begin = offset.saturating_sub(16);
                let end = bytes.len().min(offset + 16);
                ResponseError::new(ResponseErrorKind::Chunk, &bytes[begin..end])
            })?;
            offset += 1;
        }
    }

    /// The state after a byte of the framing, or `None` if the byte may not come here.
    fn after(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Size { size, digits }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = (byte as char).to_digit(16)?;
                Self::Size {
                    size: size.checked_mul(16)?.checked_add(u64::from(digit))?,
                    digits: digits.checked_add(1)?,
                }
            }
            (Self::Size { digits: 0, .. }, _) => return None,
            (Self::Size { size, .. } | Self::Extension { size, .. }, b'\r') => {
                Self::LineFeed { size }
            }
            // A bare line feed ends a line too (RFC 9112, section 2.2).
            (
                Self::Size { size, .. } | Self::Extension { size, .. } | Self::LineFeed { size },
                b'\n',
            ) => match size {
                0 => Self::Trailers,
                left => Self::Data { left },
            },
            (Self::Size { size, .. }, b';' | b' ' | b'\t') => Self::Extension { size, bytes: 0 },
            (Self::Extension { size, bytes }, byte) if byte >= b' ' || byte == b'\t' => {
                let bytes = bytes + 1;
                (bytes <= MAX_LINE_BYTES).then_some(Self::Extension { size, bytes })?
            }
            (Self::DataEnd, b'\r') => Self::DataLineFeed,
            (Self::DataEnd | Self::DataLineFeed, b'\n') => Self::START,
            _ => return None,
        })
    }
}
