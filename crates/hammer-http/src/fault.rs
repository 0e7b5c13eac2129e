//! Tells failures apart.

use std::error::Error;
use std::io;

use hammer_core::Failure;
use rustls::CertificateError;

pub(crate) const NAME_NOT_RESOLVED: Failure = Failure::new("name_not_resolved")
    .advice("the host has no address: check its spelling, and the name server of this machine");
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
pub(crate) fn of_stream(error: &io::Error) -> Option<Failure> {
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
