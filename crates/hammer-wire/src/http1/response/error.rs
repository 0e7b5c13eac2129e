//! The rules that a response can break.

use std::fmt;

/// Maximum number of bytes of a response that an error repeats.
const MAX_EXCERPT_BYTES: usize = 80;

/// A response that breaks a rule of HTTP/1.1, or exceeds a limit.
///
/// It is displayed as the rule, what was expected, and the bytes that break the rule:
///
/// ```text
/// a header or trailer line is malformed: expected a colon after the name, found "Server nginx"
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseError {
    kind: ResponseErrorKind,
    expected: Option<&'static str>,
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
    /// The status line is malformed (RFC 9112, section 4), or its version is neither 1.0 nor 1.1.
    StatusLine,
    /// A line of a header or trailer field is malformed (RFC 9112, section 5).
    FieldLine,
    /// `Content-Length` is not one number below 2^64 (RFC 9112, section 6.3).
    ContentLength,
    /// The framing of a chunk is malformed (RFC 9112, section 7.1).
    Chunk,
    /// The header or trailer fields are larger than [`MAX_HEAD_BYTES`](crate::MAX_HEAD_BYTES), or
    /// their section has more than 4 KiB of other bytes, such as whitespace and the status line.
    HeadTooLarge,
    /// There are more than [`MAX_HEADERS`](crate::MAX_HEADERS) header or trailer fields.
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
            Self::FieldLine => "a header or trailer line is malformed",
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
    #[cold]
    pub(super) fn new(kind: ResponseErrorKind, excerpt: &[u8]) -> Self {
        let end = excerpt.len().min(MAX_EXCERPT_BYTES);
        Self {
            kind,
            expected: None,
            excerpt: excerpt[..end].to_vec(),
        }
    }

    /// Adds what was expected in place of the excerpt.
    pub(super) fn with_expected(self, expected: &'static str) -> Self {
        Self {
            expected: Some(expected),
            ..self
        }
    }

    /// The rule that the response breaks.
    #[must_use]
    pub fn kind(&self) -> ResponseErrorKind {
        self.kind
    }

    /// The bytes that break the rule, up to 80 of them, or none.
    ///
    /// These are the first line that arrived of another protocol, the whole status or field line, the
    /// value of a length, or the first wrong byte in the framing of a chunk.
    #[must_use]
    pub fn excerpt(&self) -> &[u8] {
        &self.excerpt
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.rule())?;
        if let Some(expected) = self.expected {
            write!(f, ": expected {expected}, found")?;
        } else if !self.excerpt.is_empty() {
            f.write_str(":")?;
        }
        if self.expected.is_some() || !self.excerpt.is_empty() {
            write!(f, " \"{}\"", self.excerpt.escape_ascii())?;
        }
        Ok(())
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

impl<E: fmt::Display> fmt::Display for ReceiveError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(error) => error.fmt(f),
            Self::Sink(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error> std::error::Error for ReceiveError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Response(error) => error.source(),
            Self::Sink(error) => error.source(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ResponseError, ResponseErrorKind};

    #[test]
    fn names_the_rule_and_the_bytes() {
        let plain = ResponseError::new(ResponseErrorKind::Truncated, &[]);
        assert_eq!(
            plain.to_string(),
            "the connection ended within the response"
        );
        let with_bytes = ResponseError::new(ResponseErrorKind::NotHttp, b"\x00SSH\"");
        assert_eq!(
            with_bytes.to_string(),
            "the response does not begin with HTTP/1: \"\\x00SSH\\\"\""
        );
        let with_both = ResponseError::new(ResponseErrorKind::FieldLine, b"Server nginx")
            .with_expected("a colon after the name");
        assert_eq!(
            with_both.to_string(),
            "a header or trailer line is malformed: expected a colon after the name, found \
             \"Server nginx\""
        );
    }

    #[test]
    fn repeats_at_most_80_bytes() {
        let error = ResponseError::new(ResponseErrorKind::NotHttp, &[b'x'; 1000]);
        assert_eq!(error.excerpt(), [b'x'; 80]);
    }
}
