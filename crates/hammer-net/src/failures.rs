//! The failures of connections, and the advice for each.

use std::io;

use hammer_core::Failure;
use rustls::{AlertDescription, CertificateError};

pub(crate) const NAME_NOT_RESOLVED: Failure = Failure::new("name_not_resolved").with_advice(
    "the host name does not resolve: check its spelling and this machine's name server",
);
pub(crate) const NO_ADDRESS_OF_FAMILY: Failure = Failure::new("no_address_of_family").with_advice(
    "the host has no address of the family that `family(V4)`, `family(V6)` or `source` selects",
);
pub(crate) const CONNECT_TIMEOUT: Failure = Failure::new("connect_timeout")
    .with_advice("no connection within `connect_timeout`: check the address and the firewall");
pub(crate) const NO_UNIX_SOCKET: Failure = Failure::new("no_socket")
    .with_advice("the Unix socket is gone: check that its server still runs");
const PROXY_UNREACHABLE: Failure = Failure::new("proxy_unreachable")
    .with_advice("no connection to the proxy: check `proxy`, or variables such as http_proxy");
const PROXY_NAME_NOT_RESOLVED: Failure = Failure::new("proxy_name_not_resolved").with_advice(
    "the name of the proxy does not resolve: check `proxy`, or variables such as http_proxy",
);
pub(crate) const PROXY_CLOSED_EARLY: Failure = Failure::new("proxy_closed_early").with_advice(
    "the proxy closed the connection before it reached the target: see the proxy's log",
);
pub(crate) const PROXY_MALFORMED: Failure = Failure::new("proxy_malformed_answer").with_advice(
    "the server did not answer as a proxy: check the scheme (http:// or socks5://) and the port",
);
/// The proxy requires credentials, or rejected the given ones.
pub const PROXY_AUTH_REQUIRED: Failure = Failure::new("proxy_auth_required").with_advice(
    "the proxy rejects the credentials, or needs some: set `proxy_user` USER:PASSWORD",
);
pub(crate) const PROXY_FORBIDDEN: Failure = Failure::new("proxy_forbidden").with_advice(
    "the proxy does not allow this target: check its rules, or bypass it with `no_proxy`",
);
pub(crate) const PROXY_TARGET_UNREACHABLE: Failure = Failure::new("proxy_target_unreachable")
    .with_advice("the proxy cannot reach the target: check host and port from the proxy's network");
pub(crate) const PROXY_REFUSED: Failure = Failure::new("proxy_refused")
    .with_advice("the proxy refuses to open a tunnel: run with RUST_LOG=debug to see its status");
const PROXY_TLS: Failure = Failure::new("proxy_tls").with_advice(
    "the TLS handshake with the proxy failed: try `proxy_cacert` FILE, http:// or `proxy_insecure`",
);
pub(crate) const SOCKS_GENERAL: Failure = Failure::new("socks_general_failure")
    .with_advice("the SOCKS proxy failed without a reason: see its log");
pub(crate) const SOCKS_NETWORK: Failure = Failure::new("socks_network_unreachable")
    .with_advice("the SOCKS proxy has no route to the target's network");
pub(crate) const SOCKS_HOST: Failure = Failure::new("socks_host_unreachable").with_advice(
    "the SOCKS proxy cannot reach the target: check host and port from the proxy's network",
);
pub(crate) const SOCKS_REFUSED: Failure = Failure::new("socks_connection_refused")
    .with_advice("the target refused the SOCKS proxy's connection: check host and port");
pub(crate) const SOCKS_TTL: Failure = Failure::new("socks_ttl_expired").with_advice(
    "packets from the SOCKS proxy to the target exceed their hop limit: check its routes",
);
pub(crate) const SOCKS_COMMAND: Failure = Failure::new("socks_command_not_supported")
    .with_advice("the SOCKS proxy does not support CONNECT: use another proxy");
pub(crate) const SOCKS_ADDRESS_TYPE: Failure = Failure::new("socks_address_type_not_supported")
    .with_advice(
        "the SOCKS proxy does not support the address type: try socks5:// or socks5h://, `family(V4)` or `family(V6)`",
    );
pub(crate) const SOCKS_UNKNOWN_REPLY: Failure = Failure::new("socks_unknown_reply")
    .with_advice("the SOCKS proxy refused with an unknown code: see its log");
const TLS: Failure = Failure::new("tls").with_advice(
    "the TLS handshake failed: check that the port speaks TLS; RUST_LOG=debug shows the cause",
);
const TLS_UNTRUSTED: Failure = Failure::new("tls")
    .with_advice("the certificate is not trusted: set its issuer with `cacert`, or try `insecure`");
const TLS_NAME: Failure = Failure::new("tls").with_advice(
    "the certificate is for another name: check the host in the URL, or try `insecure`",
);
const TLS_DATE: Failure = Failure::new("tls").with_advice(
    "the certificate is expired or not valid yet: renew it, check the clock, or try `insecure`",
);
/// The target accepts none of the protocols offered in the TLS handshake (ALPN).
pub const NO_COMMON_PROTOCOL: Failure = Failure::new("tls_no_common_protocol").with_advice(
    "the target accepts none of the protocols offered in TLS (ALPN): check its settings",
);

/// Converts the error of a TLS handshake.
pub(crate) fn handshake_failure(error: io::Error) -> Failure {
    tracing::debug!(%error, "TLS handshake failed");
    match error.kind() {
        // Servers often reject a handshake by closing the connection.
        io::ErrorKind::UnexpectedEof => TLS,
        _ => tls_failure(&error).unwrap_or_else(|| error.into()),
    }
}

/// Returns the TLS failure inside an I/O error, if there is one.
#[must_use]
pub fn tls_failure(error: &io::Error) -> Option<Failure> {
    let inner = error.get_ref()?;
    inner.downcast_ref().map(rustls_failure)
}

/// Renames a failure on the way to or through a proxy; failures of this machine keep their names.
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
