//! The steps of opening a connection, each with the failure of a timeout in it.

use hammer_core::{Failure, Slot};

const LOOKUP_TIMEOUT: Failure = Failure::new("lookup_timeout").with_advice(
    "the lookup of the host name did not end in time: check this machine's name server",
);
const CONNECT_TIMEOUT: Failure = Failure::new("connect_timeout").with_advice(
    "no TCP connection within `connect_timeout` or `timeout`: check the address and the firewall",
);
const TLS_TIMEOUT: Failure = Failure::new("tls_timeout").with_advice(
    "the TCP connection is open, but the TLS handshake did not end in time: check that the port speaks TLS, \
     and that the target is not overloaded",
);
const PROXY_LOOKUP_TIMEOUT: Failure = Failure::new("proxy_lookup_timeout").with_advice(
    "the lookup of the proxy's name did not end in time: check this machine's name server",
);
const PROXY_CONNECT_TIMEOUT: Failure = Failure::new("proxy_connect_timeout").with_advice(
    "no TCP connection to the proxy in time: check `proxy`, variables such as http_proxy, and the firewall",
);
const PROXY_TLS_TIMEOUT: Failure = Failure::new("proxy_tls_timeout").with_advice(
    "the TCP connection to the proxy is open, but the TLS handshake did not end in time: check the port and \
     the scheme (https:// or http://) of the proxy",
);
const PROXY_TIMEOUT: Failure = Failure::new("proxy_timeout").with_advice(
    "the proxy is connected, but did not answer CONNECT in time: check that it is an HTTP proxy, and that \
     it reaches the target",
);
const SOCKS_TIMEOUT: Failure = Failure::new("socks_timeout").with_advice(
    "the proxy is connected, but did not answer as a SOCKS proxy in time: check its scheme and port, and that \
     it reaches the target",
);

/// A step of opening a connection that can hang.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpeningStep {
    Lookup,
    Connect,
    ProxyLookup,
    ProxyConnect,
    ProxyTls,
    /// The answer of an HTTP proxy to CONNECT.
    ProxyTunnel,
    SocksHandshake,
    Tls,
}

impl OpeningStep {
    /// Begins the step for a slot, whose timeout it names.
    pub(crate) fn begin(self, slot: &Slot) {
        slot.begin_step(self.timeout_failure());
    }

    fn timeout_failure(self) -> Failure {
        match self {
            Self::Lookup => LOOKUP_TIMEOUT,
            Self::Connect => CONNECT_TIMEOUT,
            Self::ProxyLookup => PROXY_LOOKUP_TIMEOUT,
            Self::ProxyConnect => PROXY_CONNECT_TIMEOUT,
            Self::ProxyTls => PROXY_TLS_TIMEOUT,
            Self::ProxyTunnel => PROXY_TIMEOUT,
            Self::SocksHandshake => SOCKS_TIMEOUT,
            Self::Tls => TLS_TIMEOUT,
        }
    }
}
