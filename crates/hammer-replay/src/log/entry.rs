//! The parts of a log line that a timeline needs.

use super::EscapeStyle;
use crate::time::LogTimestamp;

/// A slice of a log line with its escape style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EscapedText<'l> {
    bytes: &'l [u8],
    escape: EscapeStyle,
}

impl<'l> EscapedText<'l> {
    /// Wraps `bytes` that are escaped in the style `escape`.
    #[must_use]
    pub fn new(bytes: &'l [u8], escape: EscapeStyle) -> Self {
        Self { bytes, escape }
    }

    /// The bytes as written in the log.
    #[must_use]
    pub fn raw(self) -> &'l [u8] {
        self.bytes
    }

    /// Returns `bytes`, a part of this text, with the same escape style. No escape may be split.
    #[must_use]
    pub(crate) fn slice(self, bytes: &'l [u8]) -> Self {
        Self { bytes, ..self }
    }

    /// Appends the unescaped bytes to `out`.
    pub fn unescape_into(self, out: &mut Vec<u8>) {
        self.escape.unescape(self.bytes, out);
    }

    /// Returns true if the value is missing: logs write `-` or nothing.
    #[must_use]
    pub(crate) fn is_absent(self) -> bool {
        matches!(self.bytes, b"" | b"-")
    }
}

/// The useful values of a log line. Only numbers and times are parsed.
///
/// A line contains a request line (`GET /a HTTP/1.1`) or its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogEntry<'l> {
    /// Start of the request.
    pub start: Option<LogTimestamp>,
    /// End of the response.
    pub end: Option<LogTimestamp>,
    /// Duration in microseconds.
    pub duration_us: Option<u64>,
    /// Request line.
    pub request: Option<EscapedText<'l>>,
    /// Method.
    pub method: Option<EscapedText<'l>>,
    /// Target, or its part before the question mark.
    pub target: Option<EscapedText<'l>>,
    /// Query, without the question mark.
    pub query: Option<EscapedText<'l>>,
    /// Absolute URL, in logs that write one for every request.
    pub url: Option<EscapedText<'l>>,
    /// Requested host.
    pub host: Option<EscapedText<'l>>,
    /// Client address, possibly with a port.
    pub client: Option<EscapedText<'l>>,
    /// Route that the server chose.
    pub route: Option<EscapedText<'l>>,
    /// Status; 0 if the line has none.
    pub status: u16,
    /// Size of the response in bytes.
    pub response_bytes: Option<u64>,
    /// Size of the request body in bytes.
    pub body_bytes: Option<u64>,
}
