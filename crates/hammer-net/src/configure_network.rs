//! The network options that the builders of all hammers share.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::tls::{PemSource, TrustPolicy};
use crate::{AddressFamily, NetworkOptions, SecretString, TlsVersion};

/// Setters of the options for connections, shared by the builders of all hammers.
///
/// A builder implements [`network_options`](Self::network_options) and gets all setters.
///
/// ```
/// use hammer_net::{NetworkOptions, ConfigureNetwork};
///
/// let network = NetworkOptions::default().insecure(true).connect_to("a.test:443:localhost:8443");
/// network.check()?;
/// # Ok::<(), hammer_net::Error>(())
/// ```
pub trait ConfigureNetwork: Sized {
    /// Returns the options that the setters change.
    fn network_options(&mut self) -> &mut NetworkOptions;

    /// Limits the time to open a connection: lookup, connect, proxy and TLS handshake.
    ///
    /// If opening takes longer, the hit fails, and its failure names the step that hung: `lookup_timeout`,
    /// `connect_timeout`, `tls_timeout`, or one of a proxy.
    fn connect_timeout(mut self, limit: Duration) -> Self {
        self.network_options().connect.connect_timeout = Some(limit);
        self
    }

    /// Connects to another host and port, as curl's `--connect-to HOST1:PORT1:HOST2:PORT2` does.
    ///
    /// An empty `HOST1` or `PORT1` matches any; an empty `HOST2` or `PORT2` keeps the URL's. The
    /// first match wins. The `Host` header and the name in TLS remain those of the URL.
    fn connect_to(mut self, map: impl Into<String>) -> Self {
        self.network_options().connect.connect_to.push(map.into());
        self
    }

    /// Sets the addresses of a host, as curl's `--resolve HOST:PORT:ADDRESS[,ADDRESS]` does.
    ///
    /// The host `*` matches any. All addresses are used in turn.
    fn resolve(mut self, addresses: impl Into<String>) -> Self {
        self.network_options()
            .connect
            .resolve
            .push(addresses.into());
        self
    }

    /// Connects to this Unix socket instead of the URL's host and port.
    fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().connect.unix_socket = Some(path.into());
        self
    }

    /// Connects to addresses of this family only.
    fn family(mut self, family: AddressFamily) -> Self {
        self.network_options().connect.family = Some(family);
        self
    }

    /// Adds local addresses to connect from: an address, a range (`127.0.0.2-127.0.0.9`), a list
    /// with commas, or the name of an interface (on Linux).
    ///
    /// Connections use all added addresses in turn.
    fn source(mut self, source: impl Into<String>) -> Self {
        self.network_options().connect.sources.push(source.into());
        self
    }

    /// Looks a name up again if its addresses are this old when a connection is opened.
    ///
    /// By default, each name is looked up once.
    fn dns_refresh(mut self, age: Duration) -> Self {
        self.network_options().connect.dns_refresh = Some(age);
        self
    }

    /// Connects through the proxy `[SCHEME://][USER:PASSWORD@]HOST[:PORT]`.
    ///
    /// The scheme is `http` (the default), `https`, `socks5` (names are resolved locally) or
    /// `socks5h` (the proxy resolves names). The default port is 443 for `https`, otherwise 1080. A
    /// TLS target is reached through a tunnel. An empty string disables any proxy, including those
    /// of the environment.
    fn proxy(mut self, url: impl Into<String>) -> Self {
        self.network_options().proxy.proxy = Some(url.into());
        self
    }

    /// Sets the proxy's `USER:PASSWORD`, percent-encoded; it replaces the one in the proxy's URL.
    fn proxy_user(mut self, userinfo: impl Into<String>) -> Self {
        self.network_options().proxy.proxy_user = Some(userinfo.into());
        self
    }

    /// Adds a header for the proxy, sent with CONNECT or with each forwarded request.
    ///
    /// It replaces a default header of that name. A header without a value removes the default.
    fn proxy_header(mut self, header: impl Into<(HeaderName, Option<HeaderValue>)>) -> Self {
        self.network_options().proxy.headers.push(header.into());
        self
    }

    /// Sets the hosts to reach without a proxy: domains, addresses and networks, separated by
    /// commas; `*` matches all.
    fn no_proxy(mut self, list: impl Into<String>) -> Self {
        self.network_options().proxy.no_proxy = Some(list.into());
        self
    }

    /// Takes the proxy from the environment: `http_proxy`, `https_proxy`, `all_proxy` and
    /// `no_proxy`, the last three also in upper case.
    ///
    /// Off by default.
    fn proxy_from_environment(mut self, yes: bool) -> Self {
        self.network_options().proxy.from_environment = yes;
        self
    }

    /// Uses a tunnel through the proxy even for plain HTTP.
    ///
    /// By default, a proxy forwards plain HTTP requests.
    fn proxy_tunnel(mut self, yes: bool) -> Self {
        self.network_options().proxy.always_tunnel = yes;
        self
    }

    /// Trusts the certificates in this PEM file for an `https` proxy, instead of the system's.
    fn proxy_cacert(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().proxy.trust = TrustPolicy::Pem(PemSource::File(path.into()));
        self
    }

    /// Accepts any certificate of an `https` proxy.
    fn proxy_insecure(mut self, yes: bool) -> Self {
        if yes {
            self.network_options().proxy.trust = TrustPolicy::AnyCertificate;
        }
        self
    }

    /// Trusts the certificates in this PEM file instead of the system's.
    fn cacert(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().tls.trust = TrustPolicy::Pem(PemSource::File(path.into()));
        self
    }

    /// Trusts the certificates in this PEM text instead of the system's.
    fn cacert_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network_options().tls.trust = TrustPolicy::Pem(PemSource::Text(pem.into()));
        self
    }

    /// Accepts any certificate of the target.
    fn insecure(mut self, yes: bool) -> Self {
        if yes {
            self.network_options().tls.trust = TrustPolicy::AnyCertificate;
        }
        self
    }

    /// Sets the PEM file with the certificate for a target that asks for one.
    ///
    /// The key is in the same file or in the one set with [`client_key`](Self::client_key).
    fn client_cert(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().tls.client.certificate = Some(PemSource::File(path.into()));
        self
    }

    /// Sets the client certificate as PEM text; see [`client_cert`](Self::client_cert).
    fn client_cert_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network_options().tls.client.certificate = Some(PemSource::Text(pem.into()));
        self
    }

    /// Sets the PEM file with the private key of the client certificate.
    fn client_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().tls.client.key = Some(PemSource::File(path.into()));
        self
    }

    /// Sets the private key of the client certificate as PEM text.
    fn client_key_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.network_options().tls.client.key = Some(PemSource::Text(pem.into()));
        self
    }

    /// Sets the password of an encrypted private key (`-----BEGIN ENCRYPTED PRIVATE KEY-----`, PKCS #8).
    fn client_key_password(mut self, password: impl Into<String>) -> Self {
        let password = SecretString(password.into());
        self.network_options().tls.client.key_password = Some(password);
        self
    }

    /// Sets the lowest TLS version; the default is 1.2.
    fn tls_min(mut self, version: TlsVersion) -> Self {
        self.network_options().tls.min_version = Some(version);
        self
    }

    /// Sets the highest TLS version; the default is 1.3.
    fn tls_max(mut self, version: TlsVersion) -> Self {
        self.network_options().tls.max_version = Some(version);
        self
    }

    /// Sets the name sent in the TLS handshake (SNI) and expected in the certificate.
    ///
    /// The default is the host of the URL.
    fn sni(mut self, name: impl Into<String>) -> Self {
        self.network_options().tls.sni = Some(name.into());
        self
    }

    /// Sends the name in the TLS handshake (SNI); on by default.
    ///
    /// The certificate must match the name either way.
    fn send_sni(mut self, yes: bool) -> Self {
        self.network_options().tls.send_sni = yes;
        self
    }

    /// Resumes the TLS session of an earlier connection if the target offers it; on by default.
    ///
    /// Resumption saves both sides most of the work of a handshake.
    fn tls_resume(mut self, yes: bool) -> Self {
        self.network_options().tls.resume = yes;
        self
    }

    /// Appends the secrets of all TLS connections to this file, for decryption with Wireshark.
    fn key_log(mut self, path: impl Into<PathBuf>) -> Self {
        self.network_options().tls.key_log = Some(path.into());
        self
    }
}
