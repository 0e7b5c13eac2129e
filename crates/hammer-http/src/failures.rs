//! Tells failures apart.

use std::error::Error;
use std::io;

use hammer_core::Failure;

use crate::h2;

pub(crate) const FIRST_BYTE_TIMEOUT: Failure = Failure::new("first_byte_timeout")
    .with_advice("the target did not begin its answer within --first-byte-timeout");
pub(crate) const TOO_MANY_REDIRECTS: Failure = Failure::new("too_many_redirects")
    .with_advice("the target sends in circles, or further than --max-redirs: see it with --once");
pub(crate) const MALFORMED_REDIRECT: Failure = Failure::new("malformed_redirect")
    .with_advice("the Location of a redirect is no http or https URL: see it with --once");
pub(crate) const NOT_SIGNED: Failure = Failure::new("not_signed")
    .with_advice("what is to be sent can't be signed: see why with RUST_LOG=debug");
pub(crate) const BODY_TOO_LARGE: Failure = Failure::new("body_too_large").with_advice(
    "an answer to be looked into is larger than --max-body: raise it, or expect no body",
);
pub(crate) const MALFORMED_BODY: Failure = Failure::new("malformed_body")
    .with_advice("the body is not in the coding that Content-Encoding says: see it with --once");
pub(crate) const UNKNOWN_CODING: Failure = Failure::new("unknown_coding")
    .with_advice("known are gzip, deflate, br and zstd: ask for them in Accept-Encoding");
pub(crate) const VALUE_MISSING: Failure = Failure::new("value_missing").with_advice(
    "a hit needs a value that its slot has not captured yet: let a target that has it be `once`",
);
pub(crate) const ROWS_EXHAUSTED: Failure = Failure::new("rows_gone")
    .with_advice("each row of a feeder was used once, and there are no more");
pub(crate) const ROW_UNREADABLE: Failure = Failure::new("row_unreadable").with_advice(
    "the file of a feeder can't be read any more, or was changed: see why with RUST_LOG=debug",
);
pub(crate) const NO_TOKEN: Failure = Failure::new("no_token")
    .with_advice("there is no token for this hit: its row is gone, or none has come");
pub(crate) const MALFORMED_HEADER: Failure = Failure::new("malformed_header").with_advice(
    "a value has line breaks or other control characters, for which a header has no room: write it in \
     percent with | url",
);
pub(crate) const URL_TOO_LONG: Failure = Failure::new("url_too_long")
    .with_advice("what values make of the URL has more than 65,534 bytes");
pub(crate) const COMPRESSION_FAILED: Failure = Failure::new("not_compressed")
    .with_advice("a body can't be compressed: see why with RUST_LOG=debug");
const MALFORMED: Failure = Failure::new("malformed_answer").with_advice(
    "the answer is not HTTP/1.1: check scheme and port, or see it with RUST_LOG=debug",
);

/// The failure of a hit on an open connection.
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
        return h2::HEAD_TOO_LARGE;
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

/// What is wrong with the bytes, if it is not the socket: TLS, or the framing of a body, which
/// hyper reports as an I/O error too.
pub(crate) fn stream_failure(error: &io::Error) -> Option<Failure> {
    if let Some(failure) = hammer_net::tls_failure(error) {
        return Some(connection_failure(failure));
    }
    let malformed = matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
    );
    malformed.then_some(MALFORMED)
}

/// The failure of a connection, in the words of HTTP: a target that takes none of the protocols that
/// TLS offers it was offered HTTP/2 alone.
pub(crate) fn connection_failure(failure: Failure) -> Failure {
    match failure {
        hammer_net::NO_COMMON_PROTOCOL => h2::H2_NOT_SPOKEN,
        failure => failure,
    }
}
