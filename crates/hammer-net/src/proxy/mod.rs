//! Proxies: which one, for whom, and how connections get through it.

mod bypass;
mod environment;
mod socks;
mod tunnel;

use std::fmt;

use http::header::HeaderValue;

pub(crate) use self::bypass::Bypass;
pub(crate) use self::environment::Environment;
pub(crate) use self::socks::Socks;
pub(crate) use self::tunnel::Tunnel;
use crate::host::{Host, split_port};
use crate::userinfo::{basic_authorization, masked, percent_decoded};
use crate::{Error, ErrorKind};

/// curl's, for each kind but HTTPS.
const DEFAULT_PORT: u16 = 1080;

const KNOWN: &str = "known are http, https, socks5 (names are looked up here) and socks5h (the proxy \
                     looks them up)";

/// A proxy, as its URL tells.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) kind: Kind,
    pub(crate) host: Host,
    pub(crate) port: u16,
    credentials: Option<Credentials>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Http,
    Https,
    /// SOCKS 5; whether the proxy looks up the names of targets.
    Socks {
        looks_up: bool,
    },
}

#[derive(Clone)]
struct Credentials {
    basic: HeaderValue,
    user: Vec<u8>,
    password: Vec<u8>,
}

impl Proxy {
    /// `[SCHEME://][USER:PASSWORD@]HOST[:PORT]`; the scheme is http if there is none.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let shown = masked(text);
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "http" => Kind::Http,
            "https" => Kind::Https,
            "socks5" => Kind::Socks { looks_up: false },
            "socks5h" => Kind::Socks { looks_up: true },
            _ => return Err(wrong(format!("unknown kind of proxy {shown:?}: {KNOWN}"))),
        };
        let (userinfo, authority) = match rest.trim_end_matches('/').rsplit_once('@') {
            Some((userinfo, authority)) => (Some(userinfo), authority),
            None => (None, rest.trim_end_matches('/')),
        };
        let malformed = || {
            wrong(format!(
                "malformed proxy {shown:?}: right would be http://HOST:PORT, or \
                 socks5://USER:PASSWORD@HOST:PORT"
            ))
        };
        let (host, port) = split_port(authority);
        let port = match port {
            Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                port.parse().ok().filter(|port| *port > 0)
            }
            Some(_) => None,
            None if kind == Kind::Https => Some(443),
            None => Some(DEFAULT_PORT),
        };
        let proxy = Self {
            kind,
            host: Host::parse(host).ok_or_else(malformed)?,
            port: port.ok_or_else(malformed)?,
            credentials: None,
        };
        match userinfo {
            Some(userinfo) => proxy.with_credentials(userinfo),
            None => Ok(proxy),
        }
    }

    /// The same with other credentials, `USER:PASSWORD`, percent-encoded.
    pub(crate) fn with_credentials(mut self, userinfo: &str) -> Result<Self, Error> {
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        let decoded = |text| {
            percent_decoded(text).ok_or_else(|| {
                wrong("the user or password of the proxy has a % without two digits".into())
            })
        };
        let (user, password) = (decoded(user)?, decoded(password)?);
        let basic = basic_authorization(userinfo).map_err(|cause| {
            wrong("the user or password of the proxy can't be sent".into()).because(cause)
        })?;
        self.credentials = Some(Credentials {
            basic,
            user,
            password,
        });
        Ok(self)
    }

    /// The value of `Proxy-Authorization`.
    pub(crate) fn authorization(&self) -> Option<&HeaderValue> {
        self.credentials
            .as_ref()
            .map(|credentials| &credentials.basic)
    }
}

/// Without the credentials.
impl fmt::Debug for Proxy {
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

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Proxy, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_in_curls_spelling() {
        let local = Kind::Socks { looks_up: false };
        let remote = Kind::Socks { looks_up: true };
        for (text, kind, host, port, user) in [
            ("a", Kind::Http, "a", 1080, false),
            ("a:3128", Kind::Http, "a", 3128, false),
            ("http://a:3128/", Kind::Http, "a", 3128, false),
            ("HTTPS://a", Kind::Https, "a", 443, false),
            ("u:p@a:1", Kind::Http, "a", 1, true),
            ("socks5://u:p%40@[::1]:9", local, "[::1]", 9, true),
            ("socks5h://127.0.0.1", remote, "127.0.0.1", 1080, false),
        ] {
            let proxy = Proxy::parse(text).expect(text);
            assert_eq!((proxy.kind, proxy.port), (kind, port), "{text}");
            assert_eq!(proxy.host.to_string(), host, "{text}");
            assert_eq!(proxy.authorization().is_some(), user, "{text}");
            let shown = format!("{proxy:?}");
            assert!(!shown.contains("u:p") && !shown.contains("p@"), "{shown}");
        }
    }

    #[test]
    fn what_is_malformed_is_told_without_its_password() {
        for (text, right) in [
            ("", "http://HOST:PORT"),
            ("http://", "http://HOST:PORT"),
            ("http://u:secret@a:0", "http://HOST:PORT"),
            ("http://u:secret@a:b", "http://HOST:PORT"),
            ("http://u:secret@a b", "http://HOST:PORT"),
            ("socks4://u:secret@a", "socks5h"),
            ("ftp://a", "socks5h"),
            ("http://u:secret%4@a", "two digits"),
        ] {
            let error = Proxy::parse(text).expect_err(text);
            assert!(error.to_string().contains(right), "{text}: {error}");
            assert!(!error.to_string().contains("secret"), "{text}: {error}");
        }
    }
}
