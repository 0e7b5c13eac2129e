//! Failures of hits over HTTP, with advice, and their mapping from errors.

use std::error::Error;
use std::io;

use hammer_core::Failure;

use crate::connection::TooManyInterimAnswers;
use crate::connection::http2::failures::H2_NOT_SPOKEN;

pub(crate) const FIRST_BYTE_TIMEOUT: Failure = Failure::new("first_byte_timeout").with_advice(
    "no byte of the answer came within `first_byte_timeout`: raise it, or check the target",
);
pub(crate) const TOO_MANY_REDIRECTS: Failure = Failure::new("too_many_redirects").with_advice(
    "the target redirects in a loop, or more often than `follow_redirects`: inspect it with `record`",
);
pub(crate) const MALFORMED_REDIRECT: Failure = Failure::new("malformed_redirect").with_advice(
    "the Location of a redirect is not an http or https URL: inspect it with `record`",
);
pub(crate) const NOT_SIGNED: Failure = Failure::new("not_signed")
    .with_advice("the request cannot be signed: see the details with RUST_LOG=debug");
pub(crate) const BODY_TOO_LARGE: Failure = Failure::new("body_too_large").with_advice(
    "the body to inspect is larger than `max_body_bytes`: raise it, or remove the body expectations",
);
pub(crate) const MALFORMED_BODY: Failure = Failure::new("malformed_body")
    .with_advice("the body is not encoded as its Content-Encoding says: inspect it with `record`");
pub(crate) const UNKNOWN_CODING: Failure = Failure::new("unknown_coding").with_advice(
    "the Content-Encoding is not supported: accept gzip, deflate, br or zstd in Accept-Encoding",
);
pub(crate) const VALUE_MISSING: Failure = Failure::new("value_missing").with_advice(
    "the slot has not captured a value that the hit needs: mark the target that provides it `once`",
);
pub(crate) const ROWS_EXHAUSTED: Failure = Failure::new("rows_gone")
    .with_advice("all rows of a feeder are used up: add rows, or let the feeder repeat them");
pub(crate) const ROW_UNREADABLE: Failure = Failure::new("row_unreadable").with_advice(
    "the file of a feeder was changed or is unreadable: see the details with RUST_LOG=debug",
);
pub(crate) const NO_TOKEN: Failure = Failure::new("no_token")
    .with_advice("no token was available for the hit: its source failed, or its row is used up");
pub(crate) const MALFORMED_HEADER: Failure = Failure::new("malformed_header").with_advice(
    "a value has line breaks or other control characters, which a header cannot carry: percent-encode \
     it with | url",
);
pub(crate) const URL_TOO_LONG: Failure = Failure::new("url_too_long")
    .with_advice("the URL with its values is longer than 65,534 bytes: use shorter values");
pub(crate) const COMPRESSION_FAILED: Failure = Failure::new("not_compressed")
    .with_advice("a body cannot be compressed: see the details with RUST_LOG=debug");
pub(crate) const TOO_MANY_INTERIM_ANSWERS: Failure = Failure::new("too_many_interim_answers").with_advice(
    "the target sent more than 100 interim answers (status 1xx) in a row: it is broken or hostile",
);
const MALFORMED: Failure = Failure::new("malformed_answer").with_advice(
    "the answer is not HTTP/1.1: check scheme and port, or see the details with RUST_LOG=debug",
);

pub(crate) const MALFORMED_ANSWER: Failure = Failure::new("malformed_answer")
    .with_advice("the answer breaks a rule of HTTP: see which with RUST_LOG=debug");
pub(crate) const MALFORMED_ANSWER_HEADER: Failure = Failure::new("malformed_answer_header")
    .with_advice("a header of the answer breaks a rule of HTTP: see which with RUST_LOG=debug");
pub(crate) const MALFORMED_LENGTH: Failure = Failure::new("malformed_length")
    .with_advice("the Content-Length of the answer is not one number: check the target");
pub(crate) const HEAD_TOO_LARGE: Failure = Failure::new("answer_head_too_large")
    .with_advice("the answer has headers of over 64 KiB, or over 256 headers: check the target");
pub(crate) const UNEXPECTED_UPGRADE: Failure = Failure::new("unexpected_upgrade").with_advice(
    "the target switched to another protocol (status 101) that the hit did not ask for: check the target",
);

/// Maps an error on an open connection to the failure of the hit.
pub(crate) fn exchange_failure(error: &hyper::Error) -> Failure {
    tracing::debug!(error = error as &dyn Error, "no usable answer");
    let mut failure = hyper_failure(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return stream_failure(error).unwrap_or_else(|| system_failure(error));
        } else if let Some(error) = error.downcast_ref() {
            failure = hyper_failure(error);
        }
        cause = error.source();
    }
    failure
}

fn hyper_failure(error: &hyper::Error) -> Failure {
    if error.is_parse_too_large() {
        return HEAD_TOO_LARGE;
    }
    let closed = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
    if closed {
        Failure::CLOSED_EARLY
    } else {
        MALFORMED
    }
}

fn system_failure(error: &io::Error) -> Failure {
    error
        .raw_os_error()
        .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
        .into()
}

/// Maps an I/O error to a failure if its cause is not the socket but TLS, the framing of a body, or a limit.
///
/// hyper reports errors of a body's framing as I/O errors too.
pub(crate) fn stream_failure(error: &io::Error) -> Option<Failure> {
    if let Some(failure) = hammer_net::tls_failure(error) {
        return Some(connection_failure(failure));
    }
    let cause = error.get_ref();
    if cause.is_some_and(|cause| cause.is::<TooManyInterimAnswers>()) {
        return Some(TOO_MANY_INTERIM_ANSWERS);
    }
    let malformed = matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
    );
    malformed.then_some(MALFORMED)
}

/// Translates the failure of a connection into the terms of HTTP.
///
/// ALPN can only fail if HTTP/2 was the only protocol offered: HTTP/1.1 is offered otherwise.
pub(crate) fn connection_failure(failure: Failure) -> Failure {
    match failure {
        hammer_net::NO_COMMON_PROTOCOL => H2_NOT_SPOKEN,
        failure => failure,
    }
}
