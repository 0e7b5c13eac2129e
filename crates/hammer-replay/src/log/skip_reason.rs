//! Reasons to skip a line of a log.

use std::fmt;

/// The reason that a line of a log does not become a row of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// The line is blank.
    Empty,
    /// The line describes the log itself: `#Fields` or column names.
    Directive,
    /// The line is a part of a longer one, which a container runtime split.
    Partial,
    /// The line is a message of the server about itself, such as those at its start.
    ServerMessage,
    /// The server received no request and wrote `-` or nothing.
    NoRequest,
    /// A client spoke TLS to a plain port, or a handshake failed.
    Tls,
    /// The request line has an absolute URL, as for a proxy.
    AbsoluteForm,
    /// The method is CONNECT.
    Connect,
    /// The request line has no version: HTTP/0.9.
    Http09,
    /// The line ends early.
    Truncated,
    /// The line is longer than the limit.
    TooLong,
    /// The line has no valid time.
    NoTime,
    /// The line does not match the format.
    Malformed,
}

impl SkipReason {
    /// All reasons, in the order in which they are shown.
    pub const ALL: [Self; 13] = [
        Self::Empty,
        Self::Directive,
        Self::Partial,
        Self::ServerMessage,
        Self::NoRequest,
        Self::Tls,
        Self::AbsoluteForm,
        Self::Connect,
        Self::Http09,
        Self::Truncated,
        Self::TooLong,
        Self::NoTime,
        Self::Malformed,
    ];

    /// The key in a timeline's trailer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Directive => "directive",
            Self::Partial => "partial",
            Self::ServerMessage => "server_message",
            Self::NoRequest => "no_request",
            Self::Tls => "tls",
            Self::AbsoluteForm => "absolute_form",
            Self::Connect => "connect",
            Self::Http09 => "http_0_9",
            Self::Truncated => "cut",
            Self::TooLong => "long",
            Self::NoTime => "no_time",
            Self::Malformed => "malformed",
        }
    }

    /// Returns true if lines of this kind have no request in any log, so that they do not count for or
    /// against a format.
    pub(crate) fn is_without_data(self) -> bool {
        matches!(
            self,
            Self::Empty | Self::Directive | Self::Partial | Self::ServerMessage
        )
    }

    /// Returns true if the line matches its format even though it is skipped.
    pub(crate) fn matches_format(self) -> bool {
        !matches!(
            self,
            Self::Truncated | Self::TooLong | Self::NoTime | Self::Malformed
        )
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "empty",
            Self::Directive => "log directive",
            Self::Partial => "part of the next line",
            Self::ServerMessage => "message of the server",
            Self::NoRequest => "no request",
            Self::Tls => "TLS handshake",
            Self::AbsoluteForm => "absolute URL, as for a proxy",
            Self::Connect => "CONNECT request",
            Self::Http09 => "HTTP/0.9 request",
            Self::Truncated => "truncated",
            Self::TooLong => "too long",
            Self::NoTime => "no valid time",
            Self::Malformed => "not in this format",
        })
    }
}
