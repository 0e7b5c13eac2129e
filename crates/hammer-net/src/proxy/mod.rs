//! Proxies: their URLs, their selection, and the connections through them.

mod environment;
mod http_connect_request;
mod no_proxy;
mod response_status;
mod socks_handshake;

use std::fmt;

use hammer_core::ProxyDescription;
use http::header::HeaderValue;

pub(crate) use self::environment::ProxyEnvironment;
pub(crate) use self::http_connect_request::HttpConnectRequest;
pub(crate) use self::no_proxy::NoProxyList;
pub(crate) use self::response_status::{ProxyUse, status_failure};
pub(crate) use self::socks_handshake::SocksHandshake;
use crate::host::{UrlHost, split_host_port};
use crate::mask_password;
use crate::userinfo::{basic_authorization, percent_decode};
use crate::{Error, ErrorKind};

/// The default port of curl for every kind of proxy but HTTPS.
const DEFAULT_PORT: u16 = 1080;

const EXPECTED_SCHEMES: &str =
    "expected http, https, socks5 (resolves names locally) or socks5h (the proxy resolves names)";

/// A proxy, parsed from its URL.
#[derive(Clone)]
pub(crate) struct ProxyServer {
    pub(crate) kind: ProxyKind,
    pub(crate) host: UrlHost,
    pub(crate) port: u16,
    credentials: Option<ProxyCredentials>,
    /// The variable of the environment that names it, unless a setting does.
    variable: Option<String>,
}

/// The protocol that a proxy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyKind {
    Http,
    Https,
    /// SOCKS 5.
    Socks {
        /// True if the proxy resolves the names of targets.
        remote_dns: bool,
    },
}

#[derive(Clone)]
struct ProxyCredentials {
    basic_authorization: HeaderValue,
    user: Vec<u8>,
    password: Vec<u8>,
}

impl ProxyServer {
    /// Parses `[SCHEME://][USER:PASSWORD@]HOST[:PORT]`; the default scheme is http.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let shown = mask_password(text);
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyKind::Http,
            "https" => ProxyKind::Https,
            "socks5" => ProxyKind::Socks { remote_dns: false },
            "socks5h" => ProxyKind::Socks { remote_dns: true },
            _ => {
                return Err(error(format!(
                    "unknown scheme of the proxy {shown:?}; {EXPECTED_SCHEMES}"
                )));
            }
        };
        let (userinfo, authority) = match rest.trim_end_matches('/').rsplit_once('@') {
            Some((userinfo, authority)) => (Some(userinfo), authority),
            None => (None, rest.trim_end_matches('/')),
        };
        let malformed = || {
            error(format!(
                "malformed proxy {shown:?}; expected http://HOST:PORT or \
                 socks5://USER:PASSWORD@HOST:PORT"
            ))
        };
        let (host, port) = split_host_port(authority);
        let port = match port {
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                port.parse().ok().filter(|port| *port > 0)
            }
            Some(_) => None,
            None if kind == ProxyKind::Https => Some(443),
            None => Some(DEFAULT_PORT),
        };
        let proxy = Self {
            kind,
            host: UrlHost::parse(host).ok_or_else(malformed)?,
            port: port.ok_or_else(malformed)?,
            credentials: None,
            variable: None,
        };
        match userinfo {
            Some(userinfo) => proxy.with_credentials(userinfo),
            None => Ok(proxy),
        }
    }

    /// Replaces the credentials by the percent-encoded `USER:PASSWORD`.
    pub(crate) fn with_credentials(mut self, userinfo: &str) -> Result<Self, Error> {
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        let decode = |text| {
            percent_decode(text).ok_or_else(|| {
                error(
                    "expected two hexadecimal digits after % in the user or password of the proxy"
                        .into(),
                )
            })
        };
        let (user, password) = (decode(user)?, decode(password)?);
        let basic_authorization = basic_authorization(userinfo).map_err(|cause| {
            error("cannot send the user or password of the proxy".into()).with_source(cause)
        })?;
        self.credentials = Some(ProxyCredentials {
            basic_authorization,
            user,
            password,
        });
        Ok(self)
    }

    /// Sets the variable of the environment that names the proxy.
    pub(crate) fn named_by(mut self, variable: &str) -> Self {
        self.variable = Some(variable.to_owned());
        self
    }

    /// Describes the proxy without its credentials; `forwards` says whether it reads the requests.
    pub(crate) fn describe(&self, forwards: bool) -> ProxyDescription {
        let scheme = match self.kind {
            ProxyKind::Http => "http",
            ProxyKind::Https => "https",
            ProxyKind::Socks { remote_dns: false } => "socks5",
            ProxyKind::Socks { remote_dns: true } => "socks5h",
        };
        let Self { host, port, .. } = self;
        ProxyDescription::new(format!("{scheme}://{host}:{port}"))
            .variable(self.variable.clone())
            .forwards(forwards)
    }

    /// Returns the value of `Proxy-Authorization`.
    pub(crate) fn authorization(&self) -> Option<&HeaderValue> {
        self.credentials
            .as_ref()
            .map(|credentials| &credentials.basic_authorization)
    }
}

/// Hides the credentials.
impl fmt::Debug for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.credentials.is_some() {
            "***@"
        } else {
            ""
        };
        let Self {
            kind, host, port, ..
        } = self;
        write!(f, "{kind:?} {user}{host}:{port}")
    }
}

fn error(message: String) -> Error {
    Error::new(ErrorKind::Proxy, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_have_the_syntax_of_curl() {
        let local = ProxyKind::Socks { remote_dns: false };
        let remote = ProxyKind::Socks { remote_dns: true };
        for (text, kind, host, port, user) in [
            ("a", ProxyKind::Http, "a", 1080, false),
            ("a:3128", ProxyKind::Http, "a", 3128, false),
            ("http://a:3128/", ProxyKind::Http, "a", 3128, false),
            ("HTTPS://a", ProxyKind::Https, "a", 443, false),
            ("u:p@a:1", ProxyKind::Http, "a", 1, true),
            ("socks5://u:p%40@[::1]:9", local, "[::1]", 9, true),
            ("socks5h://127.0.0.1", remote, "127.0.0.1", 1080, false),
        ] {
            let proxy = ProxyServer::parse(text).expect(text);
            assert_eq!((proxy.kind, proxy.port), (kind, port), "{text}");
            assert_eq!(proxy.host.to_string(), host, "{text}");
            assert_eq!(proxy.authorization().is_some(), user, "{text}");
            let shown = format!("{proxy:?}");
            assert!(!shown.contains("u:p") && !shown.contains("p@"), "{shown}");
        }
    }

    #[test]
    fn malformed_proxies_are_refused_without_the_password() {
        for (text, expected) in [
            ("", "http://HOST:PORT"),
            ("http://", "http://HOST:PORT"),
            ("http://u:secret@a:0", "http://HOST:PORT"),
            ("http://u:secret@a:b", "http://HOST:PORT"),
            ("http://u:secret@a b", "http://HOST:PORT"),
            ("socks4://u:secret@a", "socks5h"),
            ("ftp://a", "socks5h"),
            ("http://u:secret%4@a", "two hexadecimal digits"),
        ] {
            let error = ProxyServer::parse(text).expect_err(text);
            assert!(error.to_string().contains(expected), "{text}: {error}");
            assert!(!error.to_string().contains("secret"), "{text}: {error}");
        }
    }
}
