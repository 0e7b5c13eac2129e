//! Tells failures apart.

use std::error::Error;
use std::io;

use hammer_core::Failure;
use rustls::CertificateError;

pub(crate) const NAME_NOT_RESOLVED: Failure = Failure::new("name_not_resolved")
    .advice("the host has no address: check its spelling, and the name server of this machine");
pub(crate) const FIRST_BYTE_TIMEOUT: Failure = Failure::new("first_byte_timeout")
    .advice("the target did not begin its answer within --first-byte-timeout");
pub(crate) const TOO_MANY_REDIRECTS: Failure = Failure::new("too_many_redirects")
    .advice("the target sends in circles, or further than --max-redirs: see it with --once");
pub(crate) const MALFORMED_REDIRECT: Failure = Failure::new("malformed_redirect")
    .advice("the Location of a redirect is no http or https URL: see it with --once");
pub(crate) const NOT_SIGNED: Failure = Failure::new("not_signed")
    .advice("what is to be sent can't be signed: see why with RUST_LOG=debug");
pub(crate) const BODY_TOO_LARGE: Failure = Failure::new("body_too_large")
    .advice("an answer to be looked into is larger than --max-body: raise it, or expect no body");
pub(crate) const MALFORMED_BODY: Failure = Failure::new("malformed_body")
    .advice("the body is not in the coding that Content-Encoding says: see it with --once");
pub(crate) const UNKNOWN_CODING: Failure = Failure::new("unknown_coding")
    .advice("known are gzip, deflate, br and zstd: ask for them in Accept-Encoding");
const MALFORMED: Failure = Failure::new("malformed_answer")
    .advice("the answer is not HTTP/1.1: check scheme and port, or see it with RUST_LOG=debug");
const TLS: Failure = Failure::new("tls").advice(
    "the TLS handshake failed: see why with RUST_LOG=debug, and whether the port speaks TLS",
);
const TLS_UNTRUSTED: Failure = Failure::new("tls")
    .advice("the certificate is not trusted: give its issuer with --cacert, or try --insecure");
const TLS_NAME: Failure = Failure::new("tls")
    .advice("the certificate is for another name: check the host in the URL, or try --insecure");
const TLS_DATE: Failure = Failure::new("tls")
    .advice("the certificate is not valid today: renew it, check the clock, or try --insecure");

/// The failure of a hit on an open connection.
pub(crate) fn of_exchange(error: &hyper::Error) -> Failure {
    tracing::debug!(error = error as &dyn Error, "no usable answer");
    let mut failure = of_message(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return of_stream(error).unwrap_or_else(|| of_system(error));
        } else if let Some(error) = error.downcast_ref() {
            failure = of_message(error);
        }
        cause = error.source();
    }
    failure
}

/// The failure of a TLS handshake.
pub(crate) fn of_handshake(error: io::Error) -> Failure {
    tracing::debug!(%error, "no TLS");
    match error.kind() {
        // A server that does not like the handshake often just hangs up.
        io::ErrorKind::UnexpectedEof => TLS,
        _ => of_stream(&error).unwrap_or_else(|| error.into()),
    }
}

fn of_message(error: &hyper::Error) -> Failure {
    let closed = error.is_incomplete_message() || error.is_closed() || error.is_canceled();
    if closed {
        Failure::CLOSED_EARLY
    } else {
        MALFORMED
    }
}

fn of_system(error: &io::Error) -> Failure {
    error
        .raw_os_error()
        .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
        .into()
}

/// What is wrong with the bytes, if it is not the socket: TLS, or the framing of a body, which
/// hyper reports as an I/O error too.
fn of_stream(error: &io::Error) -> Option<Failure> {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return Some(of_tls(error));
    }
    let malformed = matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
    );
    malformed.then_some(MALFORMED)
}

fn of_tls(error: &rustls::Error) -> Failure {
    use CertificateError as C;
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            C::NotValidForName | C::NotValidForNameContext { .. } => TLS_NAME,
            C::Expired
            | C::ExpiredContext { .. }
            | C::NotValidYet
            | C::NotValidYetContext { .. } => TLS_DATE,
            _ => TLS_UNTRUSTED,
        },
        _ => TLS,
    }
}
