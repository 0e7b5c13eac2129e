//! The options of a network, on every builder that has one.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::tls::{PemSource, TrustPolicy};
use crate::{AddressFamily, NetworkOptions, TlsVersion};

/// How connections are made: the options that the builders of all hammers have in common.
///
/// A builder says where its [`NetworkOptions`] is, and has all of them.
///
/// ```
/// use hammer_net::{NetworkOptions, ConfigureNetwork};
///
/// let network = NetworkOptions::default().insecure(true).connect_to("a.test:443:localhost:8443");
/// network.check()?;
/// # Ok::<(), hammer_net::Error>(())
/// ```
pub trait ConfigureNetwork: Sized {
    /// What the options are written to.
    fn network_options(&mut self) -> &mut NetworkOptions;

    /// How long the opening of a connection may take: look-up, connect, the way through a proxy and
    /// TLS. More is the failure `connect_timeout`.
    fn connect_timeout(mut self, limit: Duration) -> Self {
        self.network_options().connect.connect_timeout = Some(limit);
        self
    }

    /// Connects to another host and port: curl's `--connect-to`, `HOST1:PORT1:HOST2:PORT2`, where
    /// the first two may be empty for any, and the others for what the URL has. The first that fits
    /// counts. `Host` and TLS stay with the URL.
    fn connect_to(mut self, map: impl Into<String>) -> Self {
        self.network_options().connect.connect_to.push(map.into());
        self
    }

    /// Gives the addresses of a host: curl's `--resolve`, `HOST:PORT:ADDRESS[,ADDRESS]`, with `*` for
    /// any host. All addresses are used in turn.
    fn resolve(mut self, addresses: impl Into<String>) -> Self {
        self.network_options()
            .connect
            .resolve
            .push(addresses.into());
        self
    }

    /// Connects to this unix socket in place of the URL's host and port.
    fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().connect.unix_socket = Some(path.into());
        self
    }

    /// Connects to addresses of this family only.
    fn family(mut self, family: AddressFamily) -> Self {
        self.network_options().connect.family = Some(family);
        self
    }

    /// Connects from this local address, from all of a range (`127.0.0.2-127.0.0.9`) or of a list
    /// with commas, in turn, or from an interface, by its name (on Linux). May be given several
    /// times.
    fn source(mut self, source: impl Into<String>) -> Self {
        self.network_options().connect.sources.push(source.into());
        self
    }

    /// Looks names up again, when a connection is opened and the addresses are this old. Without it
    /// a name is looked up once.
    fn dns_refresh(mut self, age: Duration) -> Self {
        self.network_options().connect.dns_refresh = Some(age);
        self
    }

    /// Goes through this proxy: `[SCHEME://][USER:PASSWORD@]HOST[:PORT]`, where the scheme is `http`,
    /// `https`, `socks5` (names are looked up here) or `socks5h` (the proxy looks them up), and the
    /// port 1080, or 443 for `https`. A target over TLS is reached through a tunnel. Empty: through
    /// none, whatever the environment says.
    fn proxy(mut self, url: impl Into<String>) -> Self {
        self.network_options().proxy.proxy = Some(url.into());
        self
    }

    /// `USER:PASSWORD` for the proxy, in place of what its URL has; percent-encoded as there.
    fn proxy_user(mut self, userinfo: impl Into<String>) -> Self {
        self.network_options().proxy.proxy_user = Some(userinfo.into());
        self
    }

    /// A header for the proxy: with CONNECT, or with each request that the proxy reads.
    ///
    /// It comes in place of a default of that name; without a value none of that name is sent.
    fn proxy_header(mut self, header: impl Into<(HeaderName, Option<HeaderValue>)>) -> Self {
        self.network_options().proxy.headers.push(header.into());
        self
    }

    /// Hosts, domains, addresses and networks that are reached without a proxy, with commas in
    /// between; `*` for all.
    fn no_proxy(mut self, list: impl Into<String>) -> Self {
        self.network_options().proxy.no_proxy = Some(list.into());
        self
    }

    /// Whether the usual environment variables are asked for a proxy and for hosts without one:
    /// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, and the last three in upper case. The
    /// default is no.
    fn proxy_from_environment(mut self, yes: bool) -> Self {
        self.network_options().proxy.from_environment = yes;
        self
    }

    /// Whether even a target in clear is reached through a tunnel. The default is no: a proxy reads
    /// its requests.
    fn proxy_tunnel(mut self, yes: bool) -> Self {
        self.network_options().proxy.always_tunnel = yes;
        self
    }

    /// Trusts the certificates in this PEM file for an `https` proxy, in place of the system's.
    fn proxy_cacert(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().proxy.trust = TrustPolicy::Pem(PemSource::File(path.into()));
        self
    }

    /// Trusts whatever certificate an `https` proxy shows.
    fn proxy_insecure(mut self, yes: bool) -> Self {
        if yes {
            self.network_options().proxy.trust = TrustPolicy::AnyCertificate;
        }
        self
    }

    /// Trusts the certificates in this PEM file, in place of the system's.
    fn cacert(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().tls.trust = TrustPolicy::Pem(PemSource::File(path.into()));
        self
    }

    /// Trusts the certificates in this PEM text, in place of the system's.
    fn cacert_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network_options().tls.trust = TrustPolicy::Pem(PemSource::Text(pem.into()));
        self
    }

    /// Trusts whatever certificate the target shows.
    fn insecure(mut self, yes: bool) -> Self {
        if yes {
            self.network_options().tls.trust = TrustPolicy::AnyCertificate;
        }
        self
    }

    /// Shows the certificate in this PEM file to a target that asks for one. Its key is in the same
    /// file, or in that of [`client_key`](Self::client_key).
    fn client_cert(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().tls.client_cert = Some(PemSource::File(path.into()));
        self
    }

    /// Shows the certificate in this PEM text, as [`client_cert`](Self::client_cert) does.
    fn client_cert_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network_options().tls.client_cert = Some(PemSource::Text(pem.into()));
        self
    }

    /// The PEM file with the private key of the client certificate, not encrypted.
    fn client_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().tls.client_key = Some(PemSource::File(path.into()));
        self
    }

    /// The private key of the client certificate as PEM text.
    fn client_key_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network_options().tls.client_key = Some(PemSource::Text(pem.into()));
        self
    }

    /// The lowest version of TLS to speak; the default is 1.2.
    fn tls_min(mut self, version: TlsVersion) -> Self {
        self.network_options().tls.min_version = Some(version);
        self
    }

    /// The highest version of TLS to speak; the default is 1.3.
    fn tls_max(mut self, version: TlsVersion) -> Self {
        self.network_options().tls.max_version = Some(version);
        self
    }

    /// The name that is asked for in the TLS handshake (SNI), and that the certificate has to be
    /// for, if it is not the host of the URL.
    fn sni(mut self, name: impl Into<String>) -> Self {
        self.network_options().tls.sni = Some(name.into());
        self
    }

    /// Whether the TLS handshake says which name is asked for. The certificate has to be for that
    /// name either way.
    fn send_sni(mut self, yes: bool) -> Self {
        self.network_options().tls.send_sni = yes;
        self
    }

    /// Whether connections take up the TLS session of an earlier one, where the target offers it:
    /// that saves both sides most of the work of a handshake. The default is yes.
    fn tls_resume(mut self, yes: bool) -> Self {
        self.network_options().tls.resume = yes;
        self
    }

    /// Appends the secrets of all TLS connections to this file, so that Wireshark can read along.
    fn key_log(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().tls.key_log = Some(path.into());
        self
    }
}
