//! Reasons for which a request gets no response.

use super::connection_error::Http2ConnectionError;
use super::error_code::Http2ErrorCode;

/// The reason for which a request got no usable response on its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamFailure {
    /// No byte of the request was written to the socket, so that it can be sent elsewhere.
    Unsent,
    /// Nothing was sent: the peer does not allow extended CONNECT (RFC 8441).
    ExtendedConnectNotAllowed,
    /// The peer did not process the request and says so (RFC 9113, section 8.7), so that it can be
    /// sent again.
    Refused,
    /// The peer reset the stream.
    Reset(Http2ErrorCode),
    /// The response breaks a rule of HTTP.
    Malformed(MalformedResponse),
    /// The head or the trailers exceed [`MAX_HEAD_BYTES`](crate::MAX_HEAD_BYTES) or
    /// [`MAX_HEADERS`](crate::MAX_HEADERS).
    HeadTooLarge,
    /// There are more than [`MAX_INTERIM_RESPONSES`](crate::MAX_INTERIM_RESPONSES) before the final
    /// response.
    TooManyInterimResponses,
    /// A response 101, which HTTP/2 does not have (RFC 9113, section 8.6).
    UnexpectedUpgrade,
    /// The peer broke a rule that ends the whole connection.
    ConnectionError(Http2ConnectionError),
    /// The connection ended after a GOAWAY with this code, and the peer may have processed the
    /// request.
    GoneAway(Http2ErrorCode),
    /// The connection ended without a GOAWAY, and the peer may have processed the request.
    ConnectionLost,
}

/// A rule of HTTP that a response breaks (RFC 9113, section 8.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedResponse {
    /// The part that breaks it.
    pub part: MalformedPart,
    /// The violation in words.
    pub rule: &'static str,
}

/// The part of a malformed response that breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MalformedPart {
    /// The sequence of its frames, its `:status`, or the size of its body.
    Message,
    /// A header field.
    Field,
    /// Its `content-length`, which is not one number.
    Length,
}

impl MalformedResponse {
    pub(crate) const fn message(rule: &'static str) -> Self {
        let part = MalformedPart::Message;
        Self { part, rule }
    }

    pub(crate) const fn field(rule: &'static str) -> Self {
        let part = MalformedPart::Field;
        Self { part, rule }
    }

    pub(crate) const fn length(rule: &'static str) -> Self {
        let part = MalformedPart::Length;
        Self { part, rule }
    }
}
