//! The URL of a broker, taken apart and checked.

use crate::Error;

/// Where a broker is, and who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: Scheme,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Of a websocket.
    pub(crate) path: String,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
}

/// How MQTT gets to a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Mqtt,
    /// In websockets.
    Ws,
}

impl Scheme {
    fn of(text: &str) -> Option<Self> {
        match &*text.to_ascii_lowercase() {
            "mqtt" => Some(Self::Mqtt),
            "ws" => Some(Self::Ws),
            _ => None,
        }
    }

    fn port(self) -> u16 {
        match self {
            Self::Mqtt => 1883,
            Self::Ws => 80,
        }
    }
}

impl Url {
    /// What a websocket is asked for.
    pub(crate) fn websocket(&self) -> String {
        let Self {
            host, port, path, ..
        } = self;
        // The colons of an address are no port.
        match host.contains(':') {
            true => format!("ws://[{host}]:{port}{path}"),
            false => format!("ws://{host}:{port}{path}"),
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| Error::url(format!("the URL has no scheme: try mqtt://{text}")))?;
        let scheme = Scheme::of(scheme).ok_or_else(|| {
            Error::url(format!("unknown scheme {scheme:?}: known are mqtt and ws"))
        })?;
        let (userinfo, rest) = match rest.rsplit_once('@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, rest),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let path = match (scheme, path) {
            (Scheme::Mqtt, "" | "/") => String::new(),
            (Scheme::Mqtt, path) => {
                let message =
                    format!("{path:?} has no meaning in the URL of a broker: see --topic");
                return Err(Error::url(message));
            }
            // Where mosquitto, EMQX and others have it.
            (Scheme::Ws, "") => "/mqtt".to_owned(),
            (Scheme::Ws, path)
                if path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                path.to_owned()
            }
            (Scheme::Ws, path) => {
                let message = format!("{path:?} is no path: try /mqtt");
                return Err(Error::url(message));
            }
        };
        let (name, port) = split_port(authority);
        let host = name.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(Error::url("the URL has no host: try mqtt://localhost"));
        }
        if let Some(bad) = host
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && !"-._:%".contains(*c))
        {
            return Err(Error::url(format!("{bad:?} is in no host name: {name:?}")));
        }
        let port = match port {
            None | Some("") => scheme.port(),
            Some(port) => match port.parse() {
                Ok(number) if number > 0 && !port.starts_with('+') => number,
                _ => {
                    return Err(Error::url(format!(
                        "the port {port:?} is not from 1 to 65535"
                    )));
                }
            },
        };
        let (user, password) = match userinfo.map(|info| info.split_once(':').unwrap_or((info, "")))
        {
            None => (None, None),
            Some((user, "")) => (Some(decoded(user)?), None),
            Some((user, password)) => (Some(decoded(user)?), Some(decoded(password)?)),
        };
        Ok(Self {
            scheme,
            host: host.to_owned(),
            port,
            path,
            user,
            password,
        })
    }
}

/// The colons within the brackets of an IPv6 address are no port.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_brackets = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[after_brackets..].find(':') {
        Some(colon) => {
            let colon = after_brackets + colon;
            (&authority[..colon], Some(&authority[colon + 1..]))
        }
        None => (authority, None),
    }
}

/// Undoes percent-encoding (RFC 3986, section 2.1).
fn decoded(text: &str) -> Result<String, Error> {
    let wrong = || Error::url("the user or password in the URL has a % without two digits");
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = digit().zip(digit()).ok_or_else(wrong)?;
                (high * 16 + low) as u8
            }
            byte => byte,
        });
    }
    String::from_utf8(plain).map_err(|_| Error::url("the user or password is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_urls() {
        for (text, host, port, user, password) in [
            ("mqtt://a", "a", 1883, None, None),
            ("MQTT://a.b:1884/", "a.b", 1884, None, None),
            ("mqtt://127.0.0.1:1", "127.0.0.1", 1, None, None),
            ("mqtt://[::1]:1883", "::1", 1883, None, None),
            ("mqtt://u@a", "a", 1883, Some("u"), None),
            (
                "mqtt://u%40b:p%3a%2F@a:",
                "a",
                1883,
                Some("u@b"),
                Some("p:/"),
            ),
        ] {
            let url = Url::parse(text).expect(text);
            assert_eq!((&*url.host, url.port), (host, port), "{text}");
            assert_eq!(
                (url.user.as_deref(), url.password.as_deref()),
                (user, password),
                "{text}"
            );
        }
    }

    #[test]
    fn websockets_have_a_path() {
        for (text, asked) in [
            ("ws://a", "ws://a:80/mqtt"),
            ("ws://a:8080/", "ws://a:8080/"),
            ("WS://u:p@[::1]:1/b/c?d", "ws://[::1]:1/b/c?d"),
        ] {
            assert_eq!(Url::parse(text).expect(text).websocket(), asked);
        }
        assert!(Url::parse("ws://a/b c").is_err());
    }

    #[test]
    fn malformed_urls_are_told_what_would_be_right() {
        for (text, told) in [
            ("localhost:1883", "try mqtt://localhost"),
            ("http://a", "known are mqtt and ws"),
            ("mqtt://", "no host"),
            ("mqtt://:1883", "no host"),
            ("mqtt://a:0", "from 1 to 65535"),
            ("mqtt://a:b", "from 1 to 65535"),
            ("mqtt://a/topic", "see --topic"),
            ("mqtt://a b", "no host name"),
            ("mqtt://u%4@a", "% without two digits"),
        ] {
            let error = Url::parse(text).expect_err(text);
            assert!(error.to_string().contains(told), "{text}: {error}");
        }
    }
}
