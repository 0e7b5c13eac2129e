//! IPv4, IPv6, and the families that connections may use.

use std::net::{IpAddr, SocketAddr};

/// A family of IP addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressFamily {
    /// IPv4, such as 127.0.0.1.
    V4,
    /// IPv6, such as `::1`.
    V6,
}

impl AddressFamily {
    pub(crate) fn of_address(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// The setting that allows this family only.
    pub(crate) fn setting(self) -> &'static str {
        match self {
            Self::V4 => "`family(V4)`",
            Self::V6 => "`family(V6)`",
        }
    }
}

/// The families that connections may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AllowedFamilies {
    Both,
    Only(AddressFamily),
}

impl AllowedFamilies {
    pub(crate) fn allows(self, address: SocketAddr) -> bool {
        match self {
            Self::Both => true,
            Self::Only(family) => AddressFamily::of_address(address.ip()) == family,
        }
    }
}
