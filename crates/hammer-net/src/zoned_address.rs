//! IPv6 addresses with a zone, which names the interface of a link-local address (RFC 4007).

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs};

/// An IPv6 address with a zone, such as `fe80::1%eth0`.
///
/// The zone has a meaning on this machine only. `Host` headers and names in TLS do not contain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZonedAddress {
    pub(crate) address: Ipv6Addr,
    zone: String,
}

impl ZonedAddress {
    /// Parses an address, a percent sign and a zone. In a URL, the sign is written `%25` (RFC 6874);
    /// like curl, this takes both.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, zone) = text.split_once('%')?;
        let zone = match zone.strip_prefix("25") {
            Some(rest) if !rest.is_empty() => rest,
            _ => zone,
        };
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let is_zone = !zone.is_empty() && zone.bytes().all(is_allowed);
        is_zone.then_some(Self {
            address: address.parse().ok()?,
            zone: zone.to_owned(),
        })
    }

    /// Returns the address with this port and the number of the interface. Returns `None` if this
    /// machine has no interface of that name.
    pub(crate) fn with_port(&self, port: u16) -> Option<SocketAddr> {
        // The system knows the numbers. It only looks at the zones of link-local addresses.
        let link_local = format!("fe80::1%{}", self.zone);
        let mut found = (link_local.as_str(), port).to_socket_addrs().ok()?;
        let scope_id = found.find_map(|found| match found {
            SocketAddr::V6(found) => Some(found.scope_id()),
            SocketAddr::V4(_) => None,
        })?;
        Some(SocketAddrV6::new(self.address, port, 0, scope_id).into())
    }
}

impl fmt::Display for ZonedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%{}", self.address, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_parsed_as_by_curl() {
        for (text, expected) in [
            ("fe80::1%25eth0", Some("fe80::1%eth0")),
            ("fe80::1%eth0", Some("fe80::1%eth0")),
            ("fe80::1%252", Some("fe80::1%2")),
            ("fe80::1%25", Some("fe80::1%25")),
            ("fe80::1%", None),
            ("fe80::1", None),
            ("127.0.0.1%lo", None),
            ("fe80::1%a/b", None),
            ("fe80::1%a%b", None),
        ] {
            let found = ZonedAddress::parse(text).map(|zoned| zoned.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_zone_selects_an_interface_of_this_machine() {
        let with_port = |text: &str| ZonedAddress::parse(text).expect(text).with_port(80);
        let SocketAddr::V6(found) = with_port("fe80::1%lo").expect("every Linux has lo") else {
            panic!("an IPv4 address")
        };
        assert_eq!(
            (found.ip().to_string(), found.port()),
            ("fe80::1".to_owned(), 80)
        );
        assert!(found.scope_id() > 0);
        assert_eq!(
            with_port("::1%7").expect("a number").to_string(),
            "[::1%7]:80"
        );
        assert_eq!(with_port("fe80::1%nowhere0"), None);
    }
}
