//! The URL of a broker.

use std::path::PathBuf;

use hammer_net::{
    PeerEndpoint, SecretString, UrlHost, mask_password, percent_decode, split_host_port,
};

use crate::Error;

const KNOWN_SCHEMES: &str = "expected mqtt, mqtts, ws, wss or unix";

/// The address of a broker, with the login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BrokerUrl {
    pub(crate) scheme: BrokerScheme,
    pub(crate) host: UrlHost,
    pub(crate) port: u16,
    /// The path of a WebSocket or of a Unix socket.
    pub(crate) path: String,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<SecretString>,
}

/// The transport to a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BrokerScheme {
    Mqtt,
    /// MQTT over TLS.
    Mqtts,
    /// MQTT over WebSocket.
    Ws,
    /// MQTT over WebSocket over TLS.
    Wss,
    /// MQTT over a Unix socket.
    Unix,
}

impl BrokerScheme {
    fn parse(text: &str) -> Option<Self> {
        let all = [Self::Mqtt, Self::Mqtts, Self::Ws, Self::Wss, Self::Unix];
        all.into_iter()
            .find(|scheme| scheme.name().eq_ignore_ascii_case(text))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt",
            Self::Mqtts => "mqtts",
            Self::Ws => "ws",
            Self::Wss => "wss",
            Self::Unix => "unix",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            // The ports registered with IANA.
            Self::Mqtt => 1883,
            Self::Mqtts => 8883,
            Self::Ws => 80,
            Self::Wss => 443,
            Self::Unix => 0,
        }
    }

    pub(crate) fn is_tls(self) -> bool {
        matches!(self, Self::Mqtts | Self::Wss)
    }

    pub(crate) fn is_websocket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }
}

impl BrokerUrl {
    /// Returns the URL for the WebSocket handshake.
    pub(crate) fn websocket_url(&self) -> String {
        let Self {
            scheme,
            host,
            port,
            path,
            ..
        } = self;
        // Servers compare the Host header with their names, most of which have no default port.
        match *port == scheme.default_port() {
            true => format!("{}://{host}{path}", scheme.name()),
            false => format!("{}://{host}:{port}{path}", scheme.name()),
        }
    }

    /// Returns the endpoint for connections.
    pub(crate) fn peer(&self) -> PeerEndpoint<'_> {
        PeerEndpoint {
            scheme: self.scheme.name(),
            host: &self.host,
            port: self.port,
            tls: self.scheme.is_tls(),
            proxy_can_forward: false,
        }
    }

    /// Returns the path of the Unix socket, if the URL has one.
    pub(crate) fn unix_socket_path(&self) -> Option<PathBuf> {
        (self.scheme == BrokerScheme::Unix).then(|| PathBuf::from(&self.path))
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let shown = mask_password(text);
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| Error::url(format!("the URL has no scheme (try mqtt://{shown})")))?;
        let scheme = BrokerScheme::parse(scheme)
            .ok_or_else(|| Error::url(format!("unknown scheme {scheme:?}; {KNOWN_SCHEMES}")))?;
        let (userinfo, rest) = match rest.rsplit_once('@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, rest),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (host, port) = match scheme {
            BrokerScheme::Unix if authority.is_empty() => (UrlHost::Name("localhost".into()), 0),
            BrokerScheme::Unix => {
                return Err(Error::url(format!(
                    "the path of a Unix socket must begin with a slash (try unix:///{rest})"
                )));
            }
            _ => parse_authority(authority, scheme)?,
        };
        let (user, password) = match userinfo.map(|info| info.split_once(':').unwrap_or((info, "")))
        {
            None => (None, None),
            Some((user, "")) => (Some(decode_component(user)?), None),
            Some((user, password)) => (
                Some(decode_component(user)?),
                Some(SecretString(decode_component(password)?)),
            ),
        };
        Ok(Self {
            scheme,
            host,
            port,
            path: parse_path(scheme, path)?,
            user,
            password,
        })
    }
}

fn parse_path(scheme: BrokerScheme, path: &str) -> Result<String, Error> {
    match scheme {
        BrokerScheme::Mqtt | BrokerScheme::Mqtts if matches!(path, "" | "/") => Ok(String::new()),
        BrokerScheme::Mqtt | BrokerScheme::Mqtts => Err(Error::url(format!(
            "unexpected path {path:?} in the URL of a broker (try `topic`)"
        ))),
        BrokerScheme::Unix if path.len() > 1 && path.starts_with('/') => decode_component(path),
        BrokerScheme::Unix => {
            let message = "the URL has no path of a Unix socket (try unix:///run/mosquitto.sock)";
            Err(Error::url(message))
        }
        // The default path of mosquitto, EMQX and others.
        BrokerScheme::Ws | BrokerScheme::Wss if path.is_empty() => Ok("/mqtt".to_owned()),
        BrokerScheme::Ws | BrokerScheme::Wss
            if path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            Ok(path.to_owned())
        }
        BrokerScheme::Ws | BrokerScheme::Wss => {
            Err(Error::url(format!("invalid path {path:?} (try /mqtt)")))
        }
    }
}

fn parse_authority(authority: &str, scheme: BrokerScheme) -> Result<(UrlHost, u16), Error> {
    let (name, port) = split_host_port(authority);
    if name.is_empty() {
        let scheme = scheme.name();
        return Err(Error::url(format!(
            "the URL has no host (try {scheme}://localhost)"
        )));
    }
    let host = UrlHost::parse(name).ok_or_else(|| {
        Error::url(match name.strip_prefix('[') {
            Some(_) => format!("invalid IPv6 address {name:?}; expected an address such as [::1]"),
            None => format!("invalid host name {name:?}"),
        })
    })?;
    match port {
        None | Some("") => Ok((host, scheme.default_port())),
        Some(port) => match port.parse() {
            Ok(number) if number > 0 && !port.starts_with('+') => Ok((host, number)),
            _ => Err(Error::url(format!(
                "invalid port {port:?}; expected 1 to 65535"
            ))),
        },
    }
}

/// Decodes percent-encoding (RFC 3986, section 2.1).
fn decode_component(text: &str) -> Result<String, Error> {
    let plain = percent_decode(text)
        .ok_or_else(|| Error::url("a % in the URL is not followed by two hexadecimal digits"))?;
    String::from_utf8(plain).map_err(|_| Error::url("the user, password or path is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_urls_parse() {
        for (text, host, port, user, password) in [
            ("mqtt://a", "a", 1883, None, None),
            ("MQTT://a.b:1884/", "a.b", 1884, None, None),
            ("mqtts://a", "a", 8883, None, None),
            ("mqtt://127.0.0.1:1", "127.0.0.1", 1, None, None),
            ("mqtt://[::1]:1883", "[::1]", 1883, None, None),
            ("mqtt://u@a", "a", 1883, Some("u"), None),
            (
                "mqtt://u%40b:p%3a%2F@a:",
                "a",
                1883,
                Some("u@b"),
                Some("p:/"),
            ),
        ] {
            let url = BrokerUrl::parse(text).expect(text);
            assert_eq!((&*url.host.to_string(), url.port), (host, port), "{text}");
            assert_eq!(
                (url.user.as_deref(), url.password.clone()),
                (user, password.map(|text| SecretString(text.to_owned()))),
                "{text}"
            );
            assert_eq!(url.scheme.is_tls(), text.starts_with("mqtts"));
            assert!(!format!("{url:?}").contains("p:/"), "{url:?}");
            assert_eq!(url.unix_socket_path(), None);
        }
    }

    #[test]
    fn a_unix_socket_has_a_path_and_no_host() {
        let url = BrokerUrl::parse("unix://u:p@/run/a%20b.sock").expect("well formed");
        assert_eq!(url.unix_socket_path(), Some("/run/a b.sock".into()));
        assert_eq!(url.user.as_deref(), Some("u"));
    }

    #[test]
    fn a_websocket_has_a_path() {
        for (text, url) in [
            ("ws://a", "ws://a/mqtt"),
            ("ws://a:8080/", "ws://a:8080/"),
            ("wss://a", "wss://a/mqtt"),
            ("wss://a:80", "wss://a:80/mqtt"),
            ("WS://u:p@[::1]:1/b/c?d", "ws://[::1]:1/b/c?d"),
        ] {
            assert_eq!(BrokerUrl::parse(text).expect(text).websocket_url(), url);
        }
        assert!(BrokerUrl::parse("ws://a/b c").is_err());
    }

    #[test]
    fn malformed_urls_are_refused_with_a_hint() {
        for (text, message) in [
            ("localhost:1883", "try mqtt://localhost"),
            ("http://a", "expected mqtt, mqtts, ws, wss or unix"),
            ("mqtt://", "no host"),
            ("mqtts://:8883", "try mqtts://localhost"),
            ("mqtt://a:0", "expected 1 to 65535"),
            ("mqtt://a:b", "expected 1 to 65535"),
            ("mqtt://a/topic", "try `topic`"),
            ("mqtt://a b", "invalid host name"),
            ("mqtt://[::g]", "[::1]"),
            ("mqtt://u%4@a", "two hexadecimal digits"),
            ("unix://a.sock", "try unix:///a.sock"),
            ("unix:///", "try unix:///run"),
        ] {
            let error = BrokerUrl::parse(text).expect_err(text);
            assert!(error.to_string().contains(message), "{text}: {error}");
        }
    }
}
