//! Tells failures apart.

use std::io;

use hammer_core::Failure;
use rustls::{AlertDescription, CertificateError};

pub(crate) const NAME_NOT_RESOLVED: Failure = Failure::new("name_not_resolved").with_advice(
    "the host has no address: check its spelling, and the name server of this machine",
);
pub(crate) const NO_ADDRESS_OF_FAMILY: Failure = Failure::new("no_address_of_family")
    .with_advice("the host has no address of the family that -4, -6 or --interface leaves");
pub(crate) const CONNECT_TIMEOUT: Failure = Failure::new("connect_timeout").with_advice(
    "no connection within --connect-timeout: check the address, or whether a firewall drops packets",
);
pub(crate) const NO_UNIX_SOCKET: Failure = Failure::new("no_socket")
    .with_advice("the unix socket is gone: check whether its server still runs");
const PROXY_UNREACHABLE: Failure = Failure::new("proxy_unreachable").with_advice(
    "no connection to the proxy: check --proxy, or the variables http_proxy and the like",
);
const PROXY_NAME_NOT_RESOLVED: Failure = Failure::new("proxy_name_not_resolved").with_advice(
    "the proxy has no address: check --proxy, or the variables http_proxy and the like",
);
pub(crate) const PROXY_CLOSED_EARLY: Failure = Failure::new("proxy_closed_early")
    .with_advice("the proxy hung up before there was a way through it: see its log");
pub(crate) const PROXY_MALFORMED: Failure = Failure::new("proxy_malformed_answer")
    .with_advice("what answered is no such proxy: check its scheme and port, http:// or socks5://");
/// A proxy wants other credentials, or any.
pub const PROXY_AUTH_REQUIRED: Failure = Failure::new("proxy_auth_required")
    .with_advice("the proxy wants other credentials: give them with --proxy-user USER:PASSWORD");
pub(crate) const PROXY_FORBIDDEN: Failure = Failure::new("proxy_forbidden").with_advice(
    "the proxy does not allow this target: see its rules, or leave it out with --noproxy",
);
pub(crate) const PROXY_TARGET_UNREACHABLE: Failure = Failure::new("proxy_target_unreachable")
    .with_advice("the proxy can't reach the target: check the URL as the proxy sees it");
pub(crate) const PROXY_REFUSED: Failure = Failure::new("proxy_refused")
    .with_advice("the proxy opens no tunnel: see its answer with RUST_LOG=debug");
const PROXY_TLS: Failure = Failure::new("proxy_tls").with_advice(
    "no TLS with the proxy: give its issuer with --proxy-cacert, or try http:// or --proxy-insecure",
);
pub(crate) const SOCKS_GENERAL: Failure = Failure::new("socks_general_failure")
    .with_advice("the SOCKS proxy failed and does not say why: see its log");
pub(crate) const SOCKS_NETWORK: Failure = Failure::new("socks_network_unreachable")
    .with_advice("the SOCKS proxy has no route to the target's network");
pub(crate) const SOCKS_HOST: Failure = Failure::new("socks_host_unreachable")
    .with_advice("the SOCKS proxy can't reach the target: check its name as the proxy sees it");
pub(crate) const SOCKS_REFUSED: Failure = Failure::new("socks_connection_refused")
    .with_advice("the target refused the SOCKS proxy's connection: check host and port");
pub(crate) const SOCKS_TTL: Failure = Failure::new("socks_ttl_expired")
    .with_advice("packets from the SOCKS proxy to the target go in circles: see its routes");
pub(crate) const SOCKS_COMMAND: Failure = Failure::new("socks_command_not_supported")
    .with_advice("the SOCKS proxy does not open connections: use another one");
pub(crate) const SOCKS_ADDRESS_TYPE: Failure = Failure::new("socks_address_type_not_supported")
    .with_advice(
        "the SOCKS proxy can't take such an address: try socks5:// or socks5h://, -4 or -6",
    );
pub(crate) const SOCKS_UNKNOWN_REPLY: Failure = Failure::new("socks_unknown_reply")
    .with_advice("the SOCKS proxy refused with a code that no standard has: see its log");
const TLS: Failure = Failure::new("tls").with_advice(
    "the TLS handshake failed: see why with RUST_LOG=debug, and whether the port speaks TLS",
);
const TLS_UNTRUSTED: Failure = Failure::new("tls").with_advice(
    "the certificate is not trusted: give its issuer with --cacert, or try --insecure",
);
const TLS_NAME: Failure = Failure::new("tls").with_advice(
    "the certificate is for another name: check the host in the URL, or try --insecure",
);
const TLS_DATE: Failure = Failure::new("tls").with_advice(
    "the certificate is not valid today: renew it, check the clock, or try --insecure",
);
/// TLS was spoken, and the target takes none of the protocols that were offered to it within (ALPN).
pub const NO_COMMON_PROTOCOL: Failure = Failure::new("tls_no_common_protocol").with_advice(
    "the target takes none of the protocols that it is offered in TLS: see its settings",
);

/// The failure of a TLS handshake.
pub(crate) fn handshake_failure(error: io::Error) -> Failure {
    tracing::debug!(%error, "no TLS");
    match error.kind() {
        // A server that does not like the handshake often just hangs up.
        io::ErrorKind::UnexpectedEof => TLS,
        _ => tls_failure(&error).unwrap_or_else(|| error.into()),
    }
}

/// What is wrong with the bytes of a stream, if it is TLS.
#[must_use]
pub fn tls_failure(error: &io::Error) -> Option<Failure> {
    let inner = error.get_ref()?;
    inner.downcast_ref().map(rustls_failure)
}

/// The failure of the way to a proxy, and through it: what belongs to this machine keeps its name.
pub(crate) fn proxy_failure(failure: Failure) -> Failure {
    match failure.name() {
        "connect_refused" | "unreachable" => PROXY_UNREACHABLE,
        "connection_reset" | "closed_early" => PROXY_CLOSED_EARLY,
        "name_not_resolved" => PROXY_NAME_NOT_RESOLVED,
        "tls" => PROXY_TLS,
        _ => failure,
    }
}

fn rustls_failure(error: &rustls::Error) -> Failure {
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
        rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol) => NO_COMMON_PROTOCOL,
        _ => TLS,
    }
}
