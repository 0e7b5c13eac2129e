//! What the builder is told about proxies.

use std::path::PathBuf;

use crate::dialer::Proxies;
use crate::pem::Pem;
use crate::proxy::{Bypass, Environment, Proxy};
use crate::tls::Trust;
use crate::{Error, ErrorKind, Header, HttpBuilder};

/// Which proxy, and what it is told.
#[derive(Default)]
pub(crate) struct ProxyOptions {
    proxy: Option<String>,
    userinfo: Option<String>,
    headers: Vec<Result<Header, Error>>,
    bypass: Option<String>,
    environment: bool,
    always_tunnel: bool,
    trust: Trust,
}

impl ProxyOptions {
    pub(super) fn proxies(self) -> Result<Proxies, Error> {
        let environment = if self.environment {
            Environment::of_process()
        } else {
            Environment::default()
        };
        let mut proxies = Proxies {
            none: self.proxy.as_deref() == Some(""),
            given: match self.proxy.as_deref() {
                None | Some("") => None,
                Some(text) => Some(Proxy::parse(text)?),
            },
            userinfo: self.userinfo,
            bypass: Bypass::parse(
                self.bypass
                    .as_ref()
                    .or(environment.no_proxy.as_ref())
                    .map_or("", String::as_str),
            ),
            environment: environment.clone(),
            always_tunnel: self.always_tunnel,
            trust: self.trust,
            ..Proxies::default()
        };
        if proxies.given.is_none() && !environment.names_any() {
            let of_a_proxy = [
                ("--proxy-user", proxies.userinfo.is_some()),
                ("--proxy-header", !self.headers.is_empty()),
            ];
            if let Some((flag, _)) = of_a_proxy.into_iter().find(|(_, given)| *given) {
                let message = format!("{flag} is for a proxy, and there is none: give --proxy");
                return Err(Error::new(ErrorKind::Proxy, message));
            }
        }
        for header in self.headers {
            let Header { name, value } = header?;
            match value {
                Some(mut value) => {
                    value.set_sensitive(true);
                    proxies.headers.append(name, value);
                }
                None => drop(proxies.headers.remove(name)),
            }
        }
        Ok(proxies)
    }
}

impl HttpBuilder {
    /// Goes through this proxy: `[SCHEME://][USER:PASSWORD@]HOST[:PORT]`, where the scheme is `http`,
    /// `https`, `socks5` (names are looked up here) or `socks5h` (the proxy looks them up), and the
    /// port 1080, or 443 for `https`. A target over TLS is reached through a tunnel. Empty: through
    /// none, whatever the environment says.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy.proxy = Some(url.into());
        self
    }

    /// `USER:PASSWORD` for the proxy, in place of what its URL has; percent-encoded as there.
    pub fn proxy_user(mut self, userinfo: impl Into<String>) -> Self {
        self.proxy.userinfo = Some(userinfo.into());
        self
    }

    /// A header for the proxy: with CONNECT, or with each request that the proxy reads.
    pub fn proxy_header(mut self, header: Header) -> Self {
        self.proxy.headers.push(Ok(header));
        self
    }

    /// Hosts, domains, addresses and networks that are reached without a proxy, with commas in
    /// between; `*` for all.
    pub fn no_proxy(mut self, list: impl Into<String>) -> Self {
        self.proxy.bypass = Some(list.into());
        self
    }

    /// Whether the usual environment variables are asked for a proxy and for hosts without one:
    /// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, and the last three in upper case. The
    /// default is no.
    pub fn proxy_from_environment(mut self, yes: bool) -> Self {
        self.proxy.environment = yes;
        self
    }

    /// Whether even a target in clear is reached through a tunnel. The default is no: a proxy reads
    /// its requests.
    pub fn proxy_tunnel(mut self, yes: bool) -> Self {
        self.proxy.always_tunnel = yes;
        self
    }

    /// Trusts the certificates in this PEM file for an `https` proxy, in place of the system's.
    pub fn proxy_cacert(mut self, path: impl Into<PathBuf>) -> Self {
        self.proxy.trust = Trust::Given(Pem::File(path.into()));
        self
    }

    /// Trusts whatever certificate an `https` proxy shows.
    pub fn proxy_insecure(mut self, yes: bool) -> Self {
        if yes {
            self.proxy.trust = Trust::Anyone;
        }
        self
    }
}

/// Without what may be a secret.
impl std::fmt::Debug for ProxyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxyOptions")
            .field("proxy", &self.proxy.as_deref().map(crate::url::masked))
            .field("bypass", &self.bypass)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}
