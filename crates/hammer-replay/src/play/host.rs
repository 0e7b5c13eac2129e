use std::net::{IpAddr, Ipv6Addr};

use crate::timeline::TimelineRow;

/// The name of a host, the same however it is written: in lower case, without a port, the brackets of
/// an address and the dot at the end. An IPv4 address within an IPv6 one is that address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

impl HostName {
    /// The host of `place`: what the header `Host` says, or a URL.
    #[must_use]
    pub fn parse(place: &str) -> Self {
        let place = place.trim();
        let behind = place.split_once("://").map_or(place, |(_, behind)| behind);
        let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
        let place = authority.rsplit_once('@').map_or(authority, |(_, at)| at);
        let name = match place.strip_prefix('[') {
            Some(address) => address.split(']').next().unwrap_or_default(),
            None => match place.split_once(':') {
                // With more colons it is an address that lacks its brackets.
                Some((name, port)) if !port.contains(':') => name,
                _ => place,
            },
        };
        let name = name.trim_end_matches('.');
        let written = match name.parse::<Ipv6Addr>() {
            Ok(address) => match address.to_canonical() {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            },
            Err(_) => name.to_owned(),
        };
        // It also knows names that are not ASCII, and other ways to write an IPv4 address.
        Self(url::Host::parse(&written).map_or_else(
            |_| written.to_ascii_lowercase(),
            |host| host.to_string().trim_end_matches('.').to_owned(),
        ))
    }
}

impl From<&str> for HostName {
    fn from(place: &str) -> Self {
        Self::parse(place)
    }
}

/// Looks at the host of every row, for the one of the endpoint.
#[derive(Debug)]
pub(super) struct EndpointRowCounter {
    endpoint: Option<HostName>,
    last_host: String,
    last_matches: bool,
    /// Rows that say which host was asked for.
    pub(super) rows_with_host: u64,
    /// Rows that asked for the endpoint's.
    pub(super) endpoint_rows: u64,
}

impl EndpointRowCounter {
    pub(super) fn new(endpoint: Option<HostName>) -> Self {
        Self {
            endpoint,
            last_host: String::new(),
            last_matches: false,
            rows_with_host: 0,
            endpoint_rows: 0,
        }
    }

    /// Looks at a row as it stands in the timeline: at its host, and at its target if that names one.
    pub(super) fn count_row(&mut self, row: &TimelineRow<'_>) {
        let host = row.host.filter(|host| !host.is_empty());
        let elsewhere = !row.target.starts_with(b"/") && row.target != b"*";
        let target = elsewhere.then(|| String::from_utf8_lossy(row.target));
        if host.is_none() && target.is_none() {
            return;
        }
        self.rows_with_host += 1;
        let by_host = host.is_some_and(|host| self.is_endpoint(host));
        let by_target =
            target.is_some_and(|target| self.endpoint == Some(HostName::parse(&target)));
        self.endpoint_rows += u64::from(by_host || by_target);
    }

    fn is_endpoint(&mut self, host: &str) -> bool {
        // Most rows have the host of the row before.
        if host != self.last_host {
            self.last_host.clear();
            self.last_host.push_str(host);
            self.last_matches = self.endpoint.as_ref() == Some(&HostName::parse(host));
        }
        self.last_matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_is_the_same_however_it_is_written() {
        for (one, other, same) in [
            ("shop.example", "SHOP.Example", true),
            ("shop.example", "shop.example.", true),
            ("shop.example.", "shop.example.:443", true),
            ("shop.example", "shop.example:8080", true),
            ("shop.example", " shop.example\t", true),
            ("shop.example", "user:word@shop.example:80", true),
            ("b\u{fc}cher.example", "xn--bcher-kva.example", true),
            ("[::1]:8080", "::1", true),
            ("[2001:DB8::1]", "2001:db8:0:0::1", true),
            ("192.0.2.1", "192.0.2.1:80", true),
            ("192.0.2.1", "0xc0.0.2.1", true),
            ("127.0.0.1", "[::ffff:127.0.0.1]:80", true),
            ("[::ffff:7f00:1]", "127.0.0.1", true),
            ("shop.example", "https://shop.example/a@b:c", true),
            ("shop.example", "http://shop.example:80?a", true),
            ("shop.example", "http://other.example/shop.example", false),
            ("shop.example", "www.shop.example", false),
            ("shop.example", "shop.examples", false),
            ("[::1]", "[::2]", false),
            ("a_b.example", "A_B.example.", true),
            ("", "shop.example", false),
        ] {
            assert_eq!(
                HostName::parse(one) == HostName::parse(other),
                same,
                "{one} {other}"
            );
        }
    }
}
