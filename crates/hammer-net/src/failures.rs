//! The failures of names, sockets and proxies, and the advice for each.

use std::io;

use hammer_core::Failure;

use crate::tls::{failure_with_proxy, tls_failure};

pub(crate) const NAME_NOT_RESOLVED: Failure = Failure::new("name_not_resolved").with_advice(
    "the host name does not resolve: check its spelling and this machine's name server",
);
pub(crate) const NO_ADDRESS_OF_FAMILY: Failure = Failure::new("no_address_of_family").with_advice(
    "the host has no address of the family that `family(V4)`, `family(V6)` or `source` selects",
);
/// An attempt to connect that ended without an answer, because there was no more time.
pub(crate) const NO_ANSWER: Failure = Failure::new("no_answer");
/// An attempt to connect that another address was faster than.
pub(crate) const OVERTAKEN: Failure = Failure::new("overtaken");
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
/// A server that begins as a proxy does, but then breaks a rule of HTTP.
pub(crate) const PROXY_BROKE_RULES: Failure = Failure::new("proxy_malformed_answer")
    .with_advice("the proxy's answer to CONNECT breaks a rule of HTTP: RUST_LOG=debug shows it");
/// The proxy requires credentials, or rejected the given ones.
pub(crate) const PROXY_AUTH_REQUIRED: Failure = Failure::new("proxy_auth_required").with_advice(
    "the proxy rejects the credentials, or needs some: set `proxy_user` USER:PASSWORD",
);
pub(crate) const PROXY_FORBIDDEN: Failure = Failure::new("proxy_forbidden").with_advice(
    "the proxy does not allow this target: check its rules, or bypass it with `no_proxy`",
);
pub(crate) const PROXY_TARGET_UNREACHABLE: Failure = Failure::new("proxy_target_unreachable")
    .with_advice("the proxy cannot reach the target: check host and port from the proxy's network");
pub(crate) const PROXY_REFUSED: Failure = Failure::new("proxy_refused")
    .with_advice("the proxy refuses to open a tunnel: run with RUST_LOG=debug to see its status");
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

/// Returns true if a SOCKS proxy answered that it cannot reach the target's address.
pub(crate) fn is_about_socks_target(failure: Failure) -> bool {
    [
        SOCKS_GENERAL,
        SOCKS_NETWORK,
        SOCKS_HOST,
        SOCKS_REFUSED,
        SOCKS_TTL,
    ]
    .contains(&failure)
}

/// Converts the error of a stream to a proxy.
pub(crate) fn proxy_stream_failure(error: io::Error) -> Failure {
    proxy_failure(tls_failure(&error).unwrap_or_else(|| error.into()))
}

/// Renames a failure on the way to or through a proxy; failures of this machine keep their names.
pub(crate) fn proxy_failure(failure: Failure) -> Failure {
    match failure.name() {
        "connect_refused" | "unreachable" => PROXY_UNREACHABLE,
        "connection_reset" | "closed_early" => PROXY_CLOSED_EARLY,
        "name_not_resolved" => PROXY_NAME_NOT_RESOLVED,
        _ => failure_with_proxy(failure).unwrap_or(failure),
    }
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, Error};

    use super::*;

    #[test]
    fn errors_of_tls_with_a_proxy_name_the_proxy() {
        use AlertDescription as A;
        let table = [
            (
                Error::AlertReceived(A::CertificateRequired),
                "proxy_tls_alert_certificate_required",
            ),
            (
                Error::AlertReceived(A::HandshakeFailure),
                "proxy_tls_alert_handshake_failure",
            ),
            (Error::DecryptError, "proxy_tls_broken"),
        ];
        for (error, expected) in table {
            let found = io::Error::new(io::ErrorKind::InvalidData, error.clone());
            assert_eq!(proxy_stream_failure(found).name(), expected, "{error:?}");
        }
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(proxy_stream_failure(reset), PROXY_CLOSED_EARLY);
    }
}
