use super::EscapeStyle;
use crate::time::LogTimestamp;

/// A part of a line, and how it is escaped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EscapedText<'l> {
    bytes: &'l [u8],
    escape: EscapeStyle,
}

impl<'l> EscapedText<'l> {
    /// `bytes`, escaped so.
    #[must_use]
    pub fn new(bytes: &'l [u8], escape: EscapeStyle) -> Self {
        Self { bytes, escape }
    }

    /// The bytes as they stand in the log.
    #[must_use]
    pub fn raw(self) -> &'l [u8] {
        self.bytes
    }

    /// A part of it, which is escaped alike. An escape must not be cut in two.
    #[must_use]
    pub(crate) fn slice(self, bytes: &'l [u8]) -> Self {
        Self { bytes, ..self }
    }

    /// Appends what it stands for.
    pub fn unescape_into(self, out: &mut Vec<u8>) {
        self.escape.unescape(self.bytes, out);
    }

    /// Logs write `-`, and some nothing at all, for what is not there.
    #[must_use]
    pub(crate) fn is_absent(self) -> bool {
        matches!(self.bytes, b"" | b"-")
    }
}

/// What a line says, as far as it is of use; parts of the line, uninterpreted but for numbers.
///
/// A line has a whole request line (`GET /a HTTP/1.1`) or the parts of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogEntry<'l> {
    /// When the request began, if the line says so.
    pub start: Option<LogTimestamp>,
    /// When it had been answered, if the line says so.
    pub end: Option<LogTimestamp>,
    /// How long that took, in microseconds.
    pub duration_us: Option<u64>,
    /// The request line.
    pub request: Option<EscapedText<'l>>,
    /// The method.
    pub method: Option<EscapedText<'l>>,
    /// The target, or its part before the question mark.
    pub target: Option<EscapedText<'l>>,
    /// What stood behind the question mark.
    pub query: Option<EscapedText<'l>>,
    /// A whole URL, by which a log tells host and target of any request.
    pub url: Option<EscapedText<'l>>,
    /// The host that was asked for.
    pub host: Option<EscapedText<'l>>,
    /// Who asked: an address, maybe with a port.
    pub client: Option<EscapedText<'l>>,
    /// The route that the server took.
    pub route: Option<EscapedText<'l>>,
    /// The status; 0 if the line has none.
    pub status: u16,
    /// Bytes of the response.
    pub response_bytes: Option<u64>,
    /// Bytes of the request's body.
    pub body_bytes: Option<u64>,
}
