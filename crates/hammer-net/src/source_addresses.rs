//! The source of connections: local addresses, used in turn, or an interface.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpSocket;

use crate::address_family::{AddressFamily, AllowedFamilies};
use crate::host::UrlHost;
use crate::{Error, ErrorKind};

/// The maximum length of a range of addresses; a longer one is taken for a typo.
const MAX_ADDRESSES: u128 = 65_536;

const SOURCE_SYNTAX: &str = "expected 127.0.0.2, 127.0.0.2-127.0.0.9 or eth0";

/// The source addresses of all connections of a hammer.
#[derive(Debug, Default)]
pub(crate) struct SourceAddresses {
    v4: Vec<SocketAddr>,
    v6: Vec<SocketAddr>,
    device: Option<String>,
    next_turn: AtomicUsize,
}

impl SourceAddresses {
    /// Parses texts: each is an address, a range, a list of both, or an interface.
    pub(crate) fn parse(texts: &[String]) -> Result<Option<Self>, Error> {
        if texts.is_empty() {
            return Ok(None);
        }
        let mut sources = Self::default();
        for text in texts.iter().flat_map(|text| text.split(',')) {
            sources.add(text.trim())?;
        }
        if sources.device.is_some() && !(sources.v4.is_empty() && sources.v6.is_empty()) {
            return Err(error("`source` cannot combine an interface with addresses"));
        }
        sources.check()?;
        Ok(Some(sources))
    }

    fn add(&mut self, text: &str) -> Result<(), Error> {
        if let Some(address) = UrlHost::parse_address(text) {
            address
                .socket_address(0)?
                .into_iter()
                .for_each(|address| self.push(address));
        } else if let Some((first, last)) = range(text) {
            let (from, to) = (bits(first), bits(last));
            if from > to || AddressFamily::of_address(first) != AddressFamily::of_address(last) {
                return Err(error(format!(
                    "invalid address range {text:?}; expected a lower and a higher address of one \
                     family"
                )));
            }
            if to - from >= MAX_ADDRESSES {
                return Err(error(format!(
                    "the range {text:?} has more than {MAX_ADDRESSES} addresses"
                )));
            }
            let family = AddressFamily::of_address(first);
            (from..=to).for_each(|bits| self.push(SocketAddr::new(address(bits, family), 0)));
        } else if text.is_empty() {
            return Err(error(format!(
                "cannot connect from {text:?}; {SOURCE_SYNTAX}"
            )));
        } else if self.device.replace(text.to_owned()).is_some() {
            return Err(error(format!(
                "expected one interface, found {text:?} as a second"
            )));
        }
        Ok(())
    }

    /// Adds an address, with port 0.
    fn push(&mut self, address: SocketAddr) {
        match address {
            SocketAddr::V4(_) => self.v4.push(address),
            SocketAddr::V6(_) => self.v6.push(address),
        }
    }

    /// Refuses addresses and interfaces that this machine does not have.
    fn check(&self) -> Result<(), Error> {
        for address in self.v4.iter().chain(&self.v6) {
            UdpSocket::bind(address).map_err(|cause| {
                let address = address.ip();
                let message =
                    format!("cannot connect from {address}; expected an address of this machine");
                error(message).with_source(cause)
            })?;
        }
        let Some(device) = &self.device else {
            return Ok(());
        };
        let bound = TcpSocket::new_v4().and_then(|socket| bind_device(&socket, device));
        bound.map_err(|cause| {
            error(format!("cannot connect from {device:?}; {SOURCE_SYNTAX}")).with_source(cause)
        })
    }

    /// The families that connections from these sources can reach.
    pub(crate) fn families(&self) -> AllowedFamilies {
        match (self.v4.is_empty(), self.v6.is_empty()) {
            (false, true) => AllowedFamilies::Only(AddressFamily::V4),
            (true, false) => AllowedFamilies::Only(AddressFamily::V6),
            _ => AllowedFamilies::Both,
        }
    }

    /// The number of source addresses per family; each has its own ports.
    pub(crate) fn address_count(&self) -> usize {
        match (self.v4.len(), self.v6.len()) {
            (0, 0) => 1,
            (0, some) | (some, 0) => some,
            (some, others) => some.min(others),
        }
    }

    /// Creates a socket for a connection to `to`, bound to the next source.
    pub(crate) fn bound_socket(&self, to: SocketAddr) -> io::Result<TcpSocket> {
        let (socket, from) = if to.is_ipv4() {
            (TcpSocket::new_v4()?, &self.v4)
        } else {
            (TcpSocket::new_v6()?, &self.v6)
        };
        if let Some(device) = &self.device {
            bind_device(&socket, device)?;
        }
        if !from.is_empty() {
            let address = from[self.next_turn.fetch_add(1, Ordering::Relaxed) % from.len()];
            choose_port_late(&socket);
            socket.bind(address)?;
        }
        Ok(socket)
    }
}

/// Delays the choice of the port from binding to connecting.
///
/// The port then needs to be free for this target only, and ports in TIME_WAIT can be reused.
fn choose_port_late(socket: &TcpSocket) {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::socket::{setsockopt, sockopt::IpBindAddressNoPort};
        if let Err(error) = setsockopt(socket, IpBindAddressNoPort, &true) {
            tracing::debug!(%error, "cannot delay the choice of the port until the target is known");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
}

#[cfg(target_os = "linux")]
fn bind_device(socket: &TcpSocket, device: &str) -> io::Result<()> {
    socket.bind_device(Some(device.as_bytes()))
}

#[cfg(not(target_os = "linux"))]
fn bind_device(_: &TcpSocket, _: &str) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "binding to an interface needs Linux",
    ))
}

fn range(text: &str) -> Option<(IpAddr, IpAddr)> {
    let (first, last) = text.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn address(bits: u128, family: AddressFamily) -> IpAddr {
    match (family, u32::try_from(bits)) {
        (AddressFamily::V4, Ok(bits)) => Ipv4Addr::from_bits(bits).into(),
        _ => Ipv6Addr::from_bits(bits).into(),
    }
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Connect, message)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SourceAddresses, Error> {
        SourceAddresses::parse(&[text.to_owned()]).map(|some| some.expect("a source was given"))
    }

    #[test]
    fn addresses_lists_and_ranges_are_parsed() {
        for (text, count) in [
            ("127.0.0.1", 1),
            ("127.0.0.1, 127.0.0.9", 2),
            ("127.0.0.250-127.0.1.5", 12),
            ("127.0.0.1,127.0.0.3-127.0.0.4", 3),
        ] {
            let sources = parse(text).expect(text);
            assert_eq!(sources.v4.len(), count, "{text}");
            assert_eq!(sources.families(), AllowedFamilies::Only(AddressFamily::V4));
        }
        let device = parse("lo").expect("every Linux has lo");
        assert_eq!(device.families(), AllowedFamilies::Both);
        assert!(
            SourceAddresses::parse(&[])
                .expect("no source is valid")
                .is_none()
        );
    }

    #[test]
    fn invalid_sources_are_refused() {
        for (text, expected) in [
            ("", "cannot connect from \"\""),
            ("127.0.0.9-127.0.0.1", "lower and a higher"),
            ("127.0.0.1-::1", "lower and a higher"),
            ("127.0.0.0-127.255.0.0", "more than 65536"),
            ("192.0.2.1", "an address of this machine"),
            ("nowhere0", "cannot connect from \"nowhere0\""),
            ("127.0.0.1,lo", "cannot combine"),
            ("lo,lo", "one interface"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.to_string().contains(expected), "{text}: {error}");
            assert_eq!(error.kind(), ErrorKind::Connect);
        }
    }
}
