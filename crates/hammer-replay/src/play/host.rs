//! Host names, and the count of rows for the endpoint.

use std::net::{IpAddr, Ipv6Addr};

use crate::timeline::TimelineRow;

/// A normalized host name: in lower case, without port and final dot. IPv6 addresses have brackets, and
/// IPv4-mapped ones become IPv4 addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

impl HostName {
    /// Parses the host of a `Host` header or a URL.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let text = authority.rsplit_once('@').map_or(authority, |(_, at)| at);
        let name = match text.strip_prefix('[') {
            Some(address) => address.split(']').next().unwrap_or_default(),
            None => match text.split_once(':') {
                // Text with several colons is an IPv6 address without brackets.
                Some((name, port)) if !port.contains(':') => name,
                _ => text,
            },
        };
        let name = name.trim_end_matches('.');
        let address = match name.parse::<Ipv6Addr>() {
            Ok(address) => match address.to_canonical() {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            },
            Err(_) => name.to_owned(),
        };
        // `url` also normalizes non-ASCII names and other notations of IPv4 addresses.
        Self(url::Host::parse(&address).map_or_else(
            |_| address.to_ascii_lowercase(),
            |host| host.to_string().trim_end_matches('.').to_owned(),
        ))
    }
}

impl From<&str> for HostName {
    fn from(text: &str) -> Self {
        Self::parse(text)
    }
}

/// Counts the rows whose host is the endpoint's.
#[derive(Debug)]
pub(super) struct EndpointRowCounter {
    endpoint: Option<HostName>,
    last_host: String,
    last_matches: bool,
    /// Number of rows that name a host.
    pub(super) rows_with_host: u64,
    /// Number of rows for the host of the endpoint.
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

    /// Counts a row by its host, and by its target if that names a host.
    pub(super) fn count_row(&mut self, row: &TimelineRow<'_>) {
        let host = row.host.filter(|host| !host.is_empty());
        let names_host = !row.target.starts_with(b"/") && row.target != b"*";
        let target = names_host.then(|| String::from_utf8_lossy(row.target));
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
        // Most rows have the host of the previous row.
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
    fn notations_of_one_host_are_equal() {
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
