use std::fmt;

/// Why a line is no row of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// Nothing is in it but blanks.
    Empty,
    /// It is about the log itself: `#Fields`, the names of columns.
    Directive,
    /// The server got no request: it writes `-`, or nothing, in its place.
    NoRequest,
    /// Somebody spoke TLS to a port without, or a handshake failed.
    Tls,
    /// A whole URL in the request line: what proxies are asked for, and probes for open ones.
    AbsoluteForm,
    /// CONNECT: it asks for a tunnel.
    Connect,
    /// HTTP/0.9: a request line without a version.
    Http09,
    /// It ends in the middle.
    Truncated,
    /// It is longer than any line is read.
    TooLong,
    /// It says no time, or one that does not exist.
    NoTime,
    /// It is not of this format.
    Malformed,
}

impl SkipReason {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::Empty,
        Self::Directive,
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

    /// The word for it in a timeline's trailer.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Directive => "directive",
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

    /// Whether the line is of the format all the same.
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
            Self::Directive => "about the log itself",
            Self::NoRequest => "no request in it",
            Self::Tls => "TLS where there is none",
            Self::AbsoluteForm => "a whole URL, as for a proxy",
            Self::Connect => "CONNECT",
            Self::Http09 => "HTTP/0.9",
            Self::Truncated => "cut",
            Self::TooLong => "too long",
            Self::NoTime => "without a time",
            Self::Malformed => "not of this format",
        })
    }
}
