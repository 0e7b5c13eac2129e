use super::Escape;
use crate::time::Stamp;

/// A part of a line, and how it is escaped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Text<'l> {
    bytes: &'l [u8],
    escape: Escape,
}

impl<'l> Text<'l> {
    /// `bytes`, escaped so.
    #[must_use]
    pub fn new(bytes: &'l [u8], escape: Escape) -> Self {
        Self { bytes, escape }
    }

    /// The bytes as they stand in the log.
    #[must_use]
    pub fn written(self) -> &'l [u8] {
        self.bytes
    }

    /// A part of it, which is escaped alike. An escape must not be cut in two.
    #[must_use]
    pub(crate) fn part(self, bytes: &'l [u8]) -> Self {
        Self { bytes, ..self }
    }

    /// Appends what it stands for.
    pub fn append_to(self, out: &mut Vec<u8>) {
        self.escape.undo(self.bytes, out);
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
pub struct Entry<'l> {
    /// When the request began, if the line says so.
    pub start: Option<Stamp>,
    /// When it had been answered, if the line says so.
    pub end: Option<Stamp>,
    /// How long that took, in microseconds.
    pub duration_us: Option<u64>,
    /// The request line.
    pub request: Option<Text<'l>>,
    /// The method.
    pub method: Option<Text<'l>>,
    /// The target, or its part before the question mark.
    pub target: Option<Text<'l>>,
    /// What stood behind the question mark.
    pub query: Option<Text<'l>>,
    /// A whole URL, by which a log tells host and target of any request.
    pub url: Option<Text<'l>>,
    /// The host that was asked for.
    pub host: Option<Text<'l>>,
    /// Who asked: an address, maybe with a port.
    pub client: Option<Text<'l>>,
    /// The route that the server took.
    pub route: Option<Text<'l>>,
    /// The status; 0 if the line has none.
    pub status: u16,
    /// Bytes of the response.
    pub bytes: Option<u64>,
    /// Bytes of the request's body.
    pub body_bytes: Option<u64>,
}
