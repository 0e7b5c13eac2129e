//! Hosts to reach without the proxy, as in `NO_PROXY` and curl's `--noproxy`.

use std::net::IpAddr;

use crate::host::{UrlHost, split_host_port};

/// A list of hosts, domains, addresses and networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NoProxyList(Vec<NoProxyRule>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum NoProxyRule {
    All,
    /// This name and all its subdomains.
    Domain(String, Option<u16>),
    Network {
        address: IpAddr,
        prefix_bits: u32,
        port: Option<u16>,
    },
}

impl NoProxyList {
    /// Parses names and addresses separated by commas or spaces. Malformed entries match nothing.
    pub(crate) fn parse(list: &str) -> Self {
        let entries = list.split([',', ' ']).filter(|entry| !entry.is_empty());
        Self(entries.map(NoProxyRule::parse).collect())
    }

    pub(crate) fn matches(&self, host: &UrlHost, port: u16) -> bool {
        self.0.iter().any(|entry| entry.matches(host, port))
    }
}

impl NoProxyRule {
    fn parse(text: &str) -> Self {
        if text == "*" {
            return Self::All;
        }
        let address = |text: &str| text.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let network = |text: &str| {
            let (base, bits) = text.split_once('/')?;
            Some((address(base)?, bits.parse().ok()?))
        };
        if let Some((address, bits)) = network(text) {
            return Self::Network {
                address,
                prefix_bits: bits,
                port: None,
            };
        }
        if let Some(address) = address(text) {
            return Self::Network {
                address,
                prefix_bits: u32::MAX,
                port: None,
            };
        }
        let (name, port) = split_host_port(text);
        let port = port.and_then(|port| port.parse().ok());
        match address(name) {
            Some(address) => Self::Network {
                address,
                prefix_bits: u32::MAX,
                port,
            },
            None => {
                let name = name.trim_start_matches("*.").trim_start_matches('.');
                Self::Domain(name.trim_end_matches('.').to_ascii_lowercase(), port)
            }
        }
    }

    fn matches(&self, host: &UrlHost, port: u16) -> bool {
        let port_matches = |own: &Option<u16>| own.is_none_or(|own| own == port);
        match (self, host) {
            (Self::All, _) => true,
            (Self::Domain(domain, own), UrlHost::Name(name)) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                let prefix = name.strip_suffix(domain.as_str());
                port_matches(own)
                    && prefix.is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('.'))
            }
            (
                Self::Network {
                    address,
                    prefix_bits: bits,
                    port: own,
                },
                other,
            ) => {
                let is_inside = |other| same_network(*address, other, *bits);
                port_matches(own) && other.ip().is_some_and(is_inside)
            }
            _ => false,
        }
    }
}

/// Returns true if the first `bits` of both addresses are equal.
fn same_network(one: IpAddr, other: IpAddr, bits: u32) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            let differ = one.to_bits() ^ other.to_bits();
            differ.leading_zeros() >= bits.min(32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            let differ = one.to_bits() ^ other.to_bits();
            differ.leading_zeros() >= bits.min(128)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_match_hosts_domains_and_networks() {
        for (list, host, port, bypassed) in [
            ("", "a.test", 80, false),
            ("*", "a.test", 80, true),
            ("*", "[::1]", 80, true),
            ("a.test", "a.test", 80, true),
            ("a.test", "A.Test.", 80, true),
            ("a.test", "b.a.test", 80, true),
            ("a.test", "ba.test", 80, false),
            (".a.test", "a.test", 80, true),
            ("*.a.test", "b.a.test", 80, true),
            ("b.test,a.test", "a.test", 80, true),
            ("b.test, a.test", "a.test", 80, true),
            ("a.test:81", "a.test", 81, true),
            ("a.test:81", "a.test", 80, false),
            ("127.0.0.1", "127.0.0.1", 80, true),
            ("127.0.0.1", "127.0.0.2", 80, false),
            ("127.0.0.1:80", "127.0.0.1", 81, false),
            ("127.0.0.0/8", "127.9.9.9", 80, true),
            ("127.0.0.0/8", "128.0.0.0", 80, false),
            ("0.0.0.0/0", "1.2.3.4", 80, true),
            ("::1", "[::1]", 80, true),
            ("[::1]", "[::1]", 80, true),
            ("[::1]:81", "[::1]", 81, true),
            ("fe80::/10", "[fe80::9]", 80, true),
            ("fe80::/10", "10.0.0.1", 80, false),
            ("1", "127.0.0.1", 80, false),
        ] {
            let host = UrlHost::parse(host).expect("valid host");
            assert_eq!(
                NoProxyList::parse(list).matches(&host, port),
                bypassed,
                "{list} {host:?}"
            );
        }
    }
}
