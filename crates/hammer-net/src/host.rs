//! Hosts in URLs: names and IP addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::zoned_address::ZonedAddress;
use crate::{Error, ErrorKind};

/// The host of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlHost {
    /// An IP address, which needs no lookup.
    Address(IpAddr),
    /// An IPv6 address of one interface.
    Zoned(ZonedAddress),
    /// A name.
    Name(String),
}

impl UrlHost {
    /// Parses a name, or an address as written in URLs: IPv6 in brackets.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(literal) = text.strip_prefix('[') {
            let literal = literal.strip_suffix(']')?;
            return match literal.parse::<Ipv6Addr>() {
                Ok(address) => Some(Self::Address(address.into())),
                Err(_) => ZonedAddress::parse(literal).map(Self::Zoned),
            };
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Self::Address(address.into()));
        }
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_name = !text.is_empty() && text.bytes().all(is_allowed);
        is_name.then(|| Self::Name(text.to_owned()))
    }

    /// Parses an address, with or without brackets and a zone.
    pub(crate) fn parse_address(text: &str) -> Option<Self> {
        let bare = text.trim_matches(['[', ']']);
        match bare.parse() {
            Ok(address) => Some(Self::Address(address)),
            Err(_) => ZonedAddress::parse(bare).map(Self::Zoned),
        }
    }

    /// The address without its zone, unless the host is a name.
    pub(crate) fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(*address),
            Self::Zoned(zoned) => Some(zoned.address.into()),
            Self::Name(_) => None,
        }
    }

    /// The address to connect to, or `None` for a name.
    ///
    /// # Errors
    ///
    /// If this machine does not have the interface that the zone names.
    pub(crate) fn socket_address(&self, port: u16) -> Result<Option<SocketAddr>, Error> {
        match self {
            Self::Address(address) => Ok(Some(SocketAddr::new(*address, port))),
            Self::Name(_) => Ok(None),
            Self::Zoned(zoned) => match zoned.with_port(port) {
                Some(address) => Ok(Some(address)),
                None => Err(Error::new(
                    ErrorKind::Connect,
                    format!(
                        "unknown interface in {zoned}; expected one of this machine (see ip link)"
                    ),
                )),
            },
        }
    }

    /// Returns true if both are the same address, or the same name in any case.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Address(one), Self::Address(other)) => one == other,
            (Self::Zoned(one), Self::Zoned(other)) => one == other,
            (Self::Name(one), Self::Name(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        }
    }
}

/// Writes the host as in a `Host` header, which has no zone.
impl fmt::Display for UrlHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Zoned(zoned) => write!(f, "[{}]", zoned.address),
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// Splits an authority into host and port, respecting the colons in a bracketed IPv6 address.
#[must_use]
pub fn split_host_port(authority: &str) -> (&str, Option<&str>) {
    let after_brackets = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[after_brackets..].find(':') {
        Some(colon) => {
            let colon = after_brackets + colon;
            (&authority[..colon], Some(&authority[colon + 1..]))
        }
        None => (authority, None),
    }
}
