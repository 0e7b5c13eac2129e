use std::net::{IpAddr, Ipv6Addr};

use crate::timeline::Row;

/// The name of a host, the same however it is written: in lower case, without a port, the brackets of
/// an address and the dot at the end. An IPv4 address within an IPv6 one is that address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

impl HostName {
    /// The host of `place`: what the header `Host` says, or a URL.
    #[must_use]
    pub fn of(place: &str) -> Self {
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
        Self::of(place)
    }
}

/// Looks at the host of every row, for the one of the endpoint.
#[derive(Debug)]
pub(super) struct Guard {
    own: Option<HostName>,
    last: String,
    last_is_own: bool,
    /// Rows that say which host was asked for.
    pub(super) named: u64,
    /// Rows that asked for the endpoint's.
    pub(super) own_rows: u64,
}

impl Guard {
    pub(super) fn new(own: Option<HostName>) -> Self {
        Self {
            own,
            last: String::new(),
            last_is_own: false,
            named: 0,
            own_rows: 0,
        }
    }

    /// Looks at a row as it stands in the timeline: at its host, and at its target if that names one.
    pub(super) fn look(&mut self, row: &Row<'_>) {
        let host = row.host.filter(|host| !host.is_empty());
        let elsewhere = !row.target.starts_with(b"/") && row.target != b"*";
        let target = elsewhere.then(|| String::from_utf8_lossy(row.target));
        if host.is_none() && target.is_none() {
            return;
        }
        self.named += 1;
        let by_host = host.is_some_and(|host| self.is_own(host));
        let by_target = target.is_some_and(|target| self.own == Some(HostName::of(&target)));
        self.own_rows += u64::from(by_host || by_target);
    }

    fn is_own(&mut self, host: &str) -> bool {
        // Most rows have the host of the row before.
        if host != self.last {
            self.last.clear();
            self.last.push_str(host);
            self.last_is_own = self.own.as_ref() == Some(&HostName::of(host));
        }
        self.last_is_own
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
                HostName::of(one) == HostName::of(other),
                same,
                "{one} {other}"
            );
        }
    }
}
