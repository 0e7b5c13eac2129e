//! Failures of hits over HTTP, with advice, and their mapping from errors.

use std::io;

use hammer_core::Failure;
use hammer_wire::http1::{ResponseError, ResponseErrorKind};

use crate::connection::http2::failures::H2_NOT_CHOSEN;

pub(crate) const FIRST_BYTE_TIMEOUT: Failure = Failure::new("first_byte_timeout").with_advice(
    "the head of the answer did not arrive within `first_byte_timeout`: raise it, or check the target",
);
pub(crate) const TOO_MANY_REDIRECTS: Failure = Failure::new("too_many_redirects").with_advice(
    "the target redirects in a loop, or more often than `follow_redirects`: inspect it with `record`",
);
pub(crate) const MALFORMED_REDIRECT: Failure = Failure::new("malformed_redirect").with_advice(
    "the Location of a redirect is not an http or https URL: inspect it with `record`",
);
pub(crate) const NOT_SIGNED: Failure = Failure::new("not_signed")
    .keep_session()
    .with_advice("the request cannot be signed: see the details with RUST_LOG=debug");
pub(crate) const BODY_TOO_LARGE: Failure = Failure::new("body_too_large").with_advice(
    "the inspected body exceeds `max_body_bytes`, or the bodies of a thread exceed 256 MiB: raise the \
     limit up to 128 MiB, use more threads, or remove the body expectations",
);
pub(crate) const MALFORMED_BODY: Failure = Failure::new("malformed_body")
    .with_advice("the body is not encoded as its Content-Encoding says: inspect it with `record`");
pub(crate) const UNKNOWN_CODING: Failure = Failure::new("unknown_coding").with_advice(
    "the Content-Encoding is not supported: accept gzip, deflate, br or zstd in Accept-Encoding",
);
pub(crate) const VALUE_MISSING: Failure = Failure::new("value_missing").keep_session().with_advice(
    "the slot has not captured a value that the hit needs: either the target that provides it has not \
     answered yet (mark it `once`), or its answers lack the value (check the source of the `capture`)",
);
pub(crate) const ROWS_EXHAUSTED: Failure = Failure::new("rows_gone")
    .keep_session()
    .with_advice("all rows of a feeder are used up: add rows, or let the feeder repeat them");
pub(crate) const ROW_UNREADABLE: Failure =
    Failure::new("row_unreadable").keep_session().with_advice(
        "the file of a feeder was changed or is unreadable: see the details with RUST_LOG=debug",
    );
pub(crate) const NO_TOKEN: Failure = Failure::new("no_token")
    .keep_session()
    .with_advice("no token was available for the hit: its source failed, or its row is used up");
pub(crate) const MALFORMED_HEADER: Failure = Failure::new("malformed_header").keep_session().with_advice(
    "a value has line breaks or other control characters, which a header cannot carry: percent-encode \
     it with | url",
);
pub(crate) const URL_TOO_LONG: Failure = Failure::new("url_too_long")
    .keep_session()
    .with_advice("the URL with its values is longer than 65,534 bytes: use shorter values");
pub(crate) const COMPRESSION_FAILED: Failure = Failure::new("not_compressed")
    .keep_session()
    .with_advice("a body cannot be compressed: see the details with RUST_LOG=debug");
pub(crate) const IDLE_CLOSE: Failure = Failure::new("idle_close").with_advice(
    "the target closed an idle connection just as the hit was sent: set `connection_lifetime` below the target's \
     keep-alive timeout",
);
pub(crate) const TLS_NO_CLOSE_NOTIFY: Failure = Failure::new("tls_no_close_notify").with_advice(
    "a body without a length ended without a TLS close_notify, so it may be truncated: make the target send \
     a Content-Length, or close_notify",
);
pub(crate) const TOO_MANY_INTERIM_ANSWERS: Failure = Failure::new("too_many_interim_answers").with_advice(
    "the target sent more than 100 interim answers (status 1xx) before a final one: it is broken or hostile",
);
pub(crate) const UNEXPECTED_UPGRADE: Failure = Failure::new("unexpected_upgrade").with_advice(
    "the target switched protocols (status 101), which the hit did not request: check the URL, and any \
     proxies on the way",
);
const NOT_HTTP: Failure = Failure::new("not_http")
    .with_advice("the answer does not start like HTTP/1.1: check scheme and port");
const TLS_RECORD: Failure = Failure::new("not_http").with_advice(
    "the answer is TLS, not HTTP: check the scheme (try https in the URL) and the port",
);
const MALFORMED_STATUS_LINE: Failure = Failure::new("malformed_answer").with_advice(
    "the status line of the answer is malformed (RFC 9112, section 4): inspect it with `record` or \
     RUST_LOG=debug",
);
const MALFORMED_ANSWER: Failure = Failure::new("malformed_answer")
    .with_advice("the answer breaks a rule of RFC 9112: RUST_LOG=debug shows which");
const MALFORMED_ANSWER_HEADER: Failure = Failure::new("malformed_answer_header").with_advice(
    "a header of the answer is malformed, for example without a colon (RFC 9112, section 5): RUST_LOG=debug \
     shows it",
);
pub(crate) const MALFORMED_LENGTH: Failure = Failure::new("malformed_length").with_advice(
    "the Content-Length of the answer is not a number, or there are several different ones: check the target and \
     the proxies in front of it",
);
pub(crate) const HEAD_TOO_LARGE: Failure = Failure::new("answer_head_too_large").with_advice(
    "the answer has more than 64 KiB of headers, or more than 256 headers: check the target",
);
const MALFORMED_CHUNK: Failure = Failure::new("malformed_chunk").with_advice(
    "a chunk of the answer is malformed (RFC 9112, section 7.1): RUST_LOG=debug shows where",
);

/// Maps a response that breaks a rule of HTTP/1.1 to the failure of the hit.
pub(crate) fn response_failure(error: &ResponseError) -> Failure {
    tracing::debug!(%error, "no usable answer");
    match error.kind() {
        ResponseErrorKind::NotHttp => NOT_HTTP,
        ResponseErrorKind::TlsRecord => TLS_RECORD,
        ResponseErrorKind::StatusLine => MALFORMED_STATUS_LINE,
        ResponseErrorKind::FieldLine => MALFORMED_ANSWER_HEADER,
        ResponseErrorKind::ContentLength => MALFORMED_LENGTH,
        ResponseErrorKind::Chunk => MALFORMED_CHUNK,
        ResponseErrorKind::HeadTooLarge | ResponseErrorKind::TooManyFields => HEAD_TOO_LARGE,
        ResponseErrorKind::TooManyInterimResponses => TOO_MANY_INTERIM_ANSWERS,
        ResponseErrorKind::UnexpectedUpgrade => UNEXPECTED_UPGRADE,
        _ => MALFORMED_ANSWER,
    }
}

/// Maps an I/O error to a failure if its cause is not the socket but TLS.
pub(crate) fn stream_failure(error: &io::Error) -> Option<Failure> {
    hammer_net::tls_failure(error).map(connection_failure)
}

/// Translates the failure of a connection into the terms of HTTP.
///
/// ALPN can only fail if HTTP/2 was the only protocol offered: HTTP/1.1 is offered otherwise.
pub(crate) fn connection_failure(failure: Failure) -> Failure {
    match failure {
        hammer_net::NO_COMMON_PROTOCOL => H2_NOT_CHOSEN,
        failure => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: errors of the socket were malformed status lines.
    #[test]
    fn only_errors_of_tls_differ_from_those_of_the_socket() {
        for kind in [
            io::ErrorKind::InvalidData,
            io::ErrorKind::InvalidInput,
            io::ErrorKind::ConnectionReset,
        ] {
            assert_eq!(stream_failure(&kind.into()), None, "{kind}");
        }
    }
}
