//! The rules that a response can break.

use std::fmt;

/// Maximum number of bytes of a response that an error repeats.
const MAX_EXCERPT_BYTES: usize = 80;

/// A response that breaks a rule of HTTP/1.1, or exceeds a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseError {
    kind: ResponseErrorKind,
    /// The bytes that break the rule.
    excerpt: Vec<u8>,
}

/// The rule that a response breaks, or the limit that it exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseErrorKind {
    /// The first bytes are not those of HTTP/1.
    NotHttp,
    /// The first bytes are a record of TLS.
    TlsRecord,
    /// The status line is malformed (RFC 9112, section 4).
    StatusLine,
    /// A line of a header or trailer field is malformed (RFC 9112, section 5).
    FieldLine,
    /// `Content-Length` is not one number (RFC 9112, section 6.3).
    ContentLength,
    /// The framing of a chunk is malformed (RFC 9112, section 7.1).
    Chunk,
    /// The header or trailer fields are larger than [`MAX_HEAD_BYTES`](crate::MAX_HEAD_BYTES).
    HeadTooLarge,
    /// There are more than [`MAX_HEADERS`](crate::MAX_HEADERS) fields.
    TooManyFields,
    /// There are more than [`MAX_INTERIM_RESPONSES`](crate::MAX_INTERIM_RESPONSES).
    TooManyInterimResponses,
    /// The peer switches protocols although the request did not ask for it (status 101).
    UnexpectedUpgrade,
    /// The connection ended within the response, or before it.
    Truncated,
}

impl ResponseErrorKind {
    fn rule(self) -> &'static str {
        match self {
            Self::NotHttp => "the response does not begin with HTTP/1",
            Self::TlsRecord => "the response is a record of TLS",
            Self::StatusLine => "the status line is malformed",
            Self::FieldLine => "a header line is malformed",
            Self::ContentLength => "Content-Length is not one number",
            Self::Chunk => "the framing of a chunk is malformed",
            Self::HeadTooLarge => "the header is larger than 64 KiB",
            Self::TooManyFields => "the header has more than 256 lines",
            Self::TooManyInterimResponses => "more than 100 interim responses in a row",
            Self::UnexpectedUpgrade => "status 101 for a request without Upgrade",
            Self::Truncated => "the connection ended within the response",
        }
    }
}

impl ResponseError {
    pub(super) fn new(kind: ResponseErrorKind, excerpt: &[u8]) -> Self {
        let end = excerpt.len().min(MAX_EXCERPT_BYTES);
        Self {
            kind,
            excerpt: excerpt[..end].to_vec(),
        }
    }

    /// The rule that the response breaks.
    #[must_use]
    pub fn kind(&self) -> ResponseErrorKind {
        self.kind
    }

    /// The bytes that break the rule, up to 80 of them, or none.
    #[must_use]
    pub fn excerpt(&self) -> &[u8] {
        &self.excerpt
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.rule())?;
        if self.excerpt.is_empty() {
            return Ok(());
        }
        write!(f, ": \"{}\"", self.excerpt.escape_ascii())
    }
}

impl std::error::Error for ResponseError {}

/// An error of a response, or of the sink that receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiveError<E> {
    /// The response breaks a rule.
    Response(ResponseError),
    /// The sink refused an event.
    Sink(E),
}

impl<E> From<ResponseError> for ReceiveError<E> {
    fn from(error: ResponseError) -> Self {
        Self::Response(error)
    }
}
