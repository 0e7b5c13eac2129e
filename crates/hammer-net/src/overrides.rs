//! Overrides of a URL's host, port and addresses, as curl's `--connect-to` and `--resolve`.

use crate::host::UrlHost;
use crate::{Error, ErrorKind};

const CONNECT_TO_SYNTAX: &str = "expected HOST1:PORT1:HOST2:PORT2, such as a.test:443:localhost:8443, where \
     an empty HOST1 or PORT1 matches any, and an empty HOST2 or PORT2 keeps the URL's";
const RESOLVE_SYNTAX: &str = "expected HOST:PORT:ADDRESS[,ADDRESS], such as a.test:443:127.0.0.1, where the host * \
     matches any";

/// Redirects connections from one host and port to another.
#[derive(Debug)]
pub(crate) struct ConnectOverride {
    from: (Option<UrlHost>, Option<u16>),
    to: (Option<UrlHost>, Option<u16>),
}

impl ConnectOverride {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (host, rest) = next_host(text)?;
            let (port, rest) = rest.split_once(':')?;
            let (to, rest) = next_host(rest)?;
            Some(Self {
                from: (optional_host(host)?, optional_port(port)?),
                to: (optional_host(to)?, optional_port(rest)?),
            })
        };
        parse().ok_or_else(|| {
            error(format!(
                "malformed `connect_to` {text:?}; {CONNECT_TO_SYNTAX}"
            ))
        })
    }

    /// Returns the new host and port if the override matches.
    pub(crate) fn apply(&self, host: &UrlHost, port: u16) -> Option<(UrlHost, u16)> {
        let (from_host, from_port) = &self.from;
        let host_matches = from_host.as_ref().is_none_or(|from| from.matches(host));
        if !host_matches || from_port.is_some_and(|from| from != port) {
            return None;
        }
        let (to_host, to_port) = &self.to;
        let to_host = to_host.clone().unwrap_or_else(|| host.clone());
        Some((to_host, to_port.unwrap_or(port)))
    }
}

/// The addresses of one host and port, or of any host.
#[derive(Debug)]
pub(crate) struct ResolveOverride {
    host: Option<UrlHost>,
    port: u16,
    pub(crate) addresses: Vec<UrlHost>,
}

impl ResolveOverride {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if text.starts_with('-') {
            return Err(error(format!(
                "`resolve` {text:?} removes an entry of curl's cache, which does not exist here; \
                 {RESOLVE_SYNTAX}"
            )));
        }
        let parse = || {
            // With curl, a + lets the addresses expire. They never expire here.
            let (host, rest) = next_host(text.strip_prefix('+').unwrap_or(text))?;
            let (port, addresses) = rest.split_once(':')?;
            Some(Self {
                host: match host {
                    "*" => None,
                    host => Some(UrlHost::parse(host)?),
                },
                port: optional_port(port)??,
                addresses: addresses
                    .split(',')
                    .map(UrlHost::parse_address)
                    .collect::<Option<_>>()?,
            })
        };
        parse().ok_or_else(|| error(format!("malformed `resolve` {text:?}; {RESOLVE_SYNTAX}")))
    }

    pub(crate) fn matches(&self, host: &UrlHost, port: u16) -> bool {
        self.port == port && self.host.as_ref().is_none_or(|own| own.matches(host))
    }

    /// Returns true if the override names this host, as opposed to `*`.
    pub(crate) fn matches_by_name(&self, host: &UrlHost, port: u16) -> bool {
        self.host.is_some() && self.matches(host, port)
    }
}

/// Splits off a host, which may be in brackets, and returns it with the text after its colon.
fn next_host(text: &str) -> Option<(&str, &str)> {
    if text.starts_with('[') {
        let (host, rest) = text.split_at(text.find(']')? + 1);
        return Some((host, rest.strip_prefix(':')?));
    }
    text.split_once(':')
}

fn optional_host(text: &str) -> Option<Option<UrlHost>> {
    if text.is_empty() {
        return Some(None);
    }
    UrlHost::parse(text).map(Some)
}

fn optional_port(text: &str) -> Option<Option<u16>> {
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|port| digits && *port > 0)?;
    Some(Some(port))
}

fn error(message: String) -> Error {
    Error::new(ErrorKind::Connect, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> UrlHost {
        UrlHost::parse(text).expect("valid host")
    }

    #[test]
    fn connect_to_has_the_syntax_of_curl() {
        for (text, from, to) in [
            ("a:1:b:2", ("a", 1), Some(("b", 2))),
            ("A:1:b:2", ("a", 1), Some(("b", 2))),
            ("a:1:b:2", ("a", 2), None),
            ("a:1:b:2", ("c", 1), None),
            (":1:b:2", ("c", 1), Some(("b", 2))),
            ("a::b:2", ("a", 7), Some(("b", 2))),
            ("::b:2", ("c", 7), Some(("b", 2))),
            ("a:1::2", ("a", 1), Some(("a", 2))),
            ("a:1:b:", ("a", 1), Some(("b", 1))),
            (":::", ("a", 1), Some(("a", 1))),
            ("[::1]:1:[::2]:2", ("[::1]", 1), Some(("[::2]", 2))),
            (
                "[0:0::1]:1:127.0.0.1:2",
                ("[::1]", 1),
                Some(("127.0.0.1", 2)),
            ),
        ] {
            let map = ConnectOverride::parse(text).expect(text);
            let to = to.map(|(name, port)| (host(name), port));
            assert_eq!(map.apply(&host(from.0), from.1), to, "{text} {from:?}");
        }
    }

    #[test]
    fn resolve_has_the_syntax_of_curl() {
        for (text, peer, addresses) in [
            ("a:1:127.0.0.1", ("a", 1), Some(1)),
            ("+A.test:1:127.0.0.1", ("a.TEST", 1), Some(1)),
            ("a:1:127.0.0.1,::1,[::2]", ("a", 1), Some(3)),
            ("a:1:127.0.0.1", ("b", 1), None),
            ("*:1:127.0.0.1", ("b", 1), Some(1)),
            ("*:1:127.0.0.1", ("b", 2), None),
            ("a:1:fe80::1%lo,[fe80::2%25lo]", ("a", 1), Some(2)),
        ] {
            let known = ResolveOverride::parse(text).expect(text);
            let found = known
                .matches(&host(peer.0), peer.1)
                .then_some(known.addresses.len());
            assert_eq!(found, addresses, "{text} {peer:?}");
        }
    }

    #[test]
    fn malformed_overrides_are_refused_with_the_syntax() {
        for text in [
            "",
            "a",
            "a:1",
            "a:1:b",
            "a:x:b:2",
            "a:1:b:0",
            "a:1:b:70000",
            "a:1:b b:2",
        ] {
            let error = ConnectOverride::parse(text).expect_err(text);
            assert!(
                error.to_string().contains("HOST1:PORT1:HOST2:PORT2"),
                "{error}"
            );
        }
        for text in [
            "",
            "a:1",
            "a::127.0.0.1",
            "a:1:",
            "a:1:b",
            "a:1:127.0.0.1,",
            "-a:1",
        ] {
            let error = ResolveOverride::parse(text).expect_err(text);
            assert!(error.to_string().contains("HOST:PORT:ADDRESS"), "{error}");
        }
    }
}
