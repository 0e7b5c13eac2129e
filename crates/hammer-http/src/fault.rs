//! Tells failures apart.

use std::error::Error;
use std::io;

use hammer_core::Failure;
use rustls::{AlertDescription, CertificateError};

use crate::h2;

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
pub(crate) const NO_ADDRESS_OF_FAMILY: Failure = Failure::new("no_address_of_family")
    .advice("the host has no address of the family that -4, -6 or --interface leaves");
pub(crate) const CONNECT_TIMEOUT: Failure = Failure::new("connect_timeout").advice(
    "no connection within --connect-timeout: check the address, or whether a firewall drops packets",
);
pub(crate) const NO_SOCKET: Failure = Failure::new("no_socket")
    .advice("the unix socket is gone: check whether its server still runs");
const PROXY_UNREACHABLE: Failure = Failure::new("proxy_unreachable")
    .advice("no connection to the proxy: check --proxy, or the variables http_proxy and the like");
const PROXY_NOT_RESOLVED: Failure = Failure::new("proxy_name_not_resolved")
    .advice("the proxy has no address: check --proxy, or the variables http_proxy and the like");
pub(crate) const PROXY_CLOSED: Failure = Failure::new("proxy_closed_early")
    .advice("the proxy hung up before there was a way through it: see its log");
pub(crate) const PROXY_MALFORMED: Failure = Failure::new("proxy_malformed_answer")
    .advice("what answered is no such proxy: check its scheme and port, http:// or socks5://");
pub(crate) const PROXY_AUTH: Failure = Failure::new("proxy_auth_required")
    .advice("the proxy wants other credentials: give them with --proxy-user USER:PASSWORD");
pub(crate) const PROXY_FORBIDDEN: Failure = Failure::new("proxy_forbidden")
    .advice("the proxy does not allow this target: see its rules, or leave it out with --noproxy");
pub(crate) const PROXY_NO_TARGET: Failure = Failure::new("proxy_target_unreachable")
    .advice("the proxy can't reach the target: check the URL as the proxy sees it");
pub(crate) const PROXY_REFUSED: Failure = Failure::new("proxy_refused")
    .advice("the proxy opens no tunnel: see its answer with RUST_LOG=debug");
const PROXY_TLS: Failure = Failure::new("proxy_tls").advice(
    "no TLS with the proxy: give its issuer with --proxy-cacert, or try http:// or --proxy-insecure",
);
pub(crate) const SOCKS_GENERAL: Failure = Failure::new("socks_general_failure")
    .advice("the SOCKS proxy failed and does not say why: see its log");
pub(crate) const SOCKS_NETWORK: Failure = Failure::new("socks_network_unreachable")
    .advice("the SOCKS proxy has no route to the target's network");
pub(crate) const SOCKS_HOST: Failure = Failure::new("socks_host_unreachable")
    .advice("the SOCKS proxy can't reach the target: check its name as the proxy sees it");
pub(crate) const SOCKS_REFUSED: Failure = Failure::new("socks_connection_refused")
    .advice("the target refused the SOCKS proxy's connection: check host and port");
pub(crate) const SOCKS_TTL: Failure = Failure::new("socks_ttl_expired")
    .advice("packets from the SOCKS proxy to the target go in circles: see its routes");
pub(crate) const SOCKS_COMMAND: Failure = Failure::new("socks_command_not_supported")
    .advice("the SOCKS proxy does not open connections: use another one");
pub(crate) const SOCKS_ADDRESS_TYPE: Failure = Failure::new("socks_address_type_not_supported")
    .advice("the SOCKS proxy can't take such an address: try socks5:// or socks5h://, -4 or -6");
pub(crate) const SOCKS_UNKNOWN_REPLY: Failure = Failure::new("socks_unknown_reply")
    .advice("the SOCKS proxy refused with a code that no standard has: see its log");
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

/// The failure of the way to a proxy, and through it: what belongs to this machine keeps its name.
pub(crate) fn of_proxy(failure: Failure) -> Failure {
    match failure.name() {
        "connect_refused" | "unreachable" => PROXY_UNREACHABLE,
        "connection_reset" | "closed_early" => PROXY_CLOSED,
        "name_not_resolved" => PROXY_NOT_RESOLVED,
        "tls" => PROXY_TLS,
        _ => failure,
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
        rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol) => h2::NOT_SPOKEN,
        _ => TLS,
    }
}
