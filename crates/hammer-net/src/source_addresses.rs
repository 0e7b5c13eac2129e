//! Where connections come from: local addresses, used in turn, or an interface.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpSocket;

use crate::address_family::{AddressFamily, AllowedFamilies};
use crate::{Error, ErrorKind};

/// A range of addresses that is longer than this is a slip of the pen.
const MAX_ADDRESSES: u128 = 65_536;

const SOURCE_SYNTAX: &str = "right would be 127.0.0.2, 127.0.0.2-127.0.0.9, or eth0";

/// What all connections of a hammer come from.
#[derive(Debug, Default)]
pub(crate) struct SourceAddresses {
    v4: Vec<IpAddr>,
    v6: Vec<IpAddr>,
    device: Option<String>,
    next_turn: AtomicUsize,
}

impl SourceAddresses {
    /// From texts, each an address, a range of them, a list of both, or an interface.
    pub(crate) fn parse(texts: &[String]) -> Result<Option<Self>, Error> {
        if texts.is_empty() {
            return Ok(None);
        }
        let mut sources = Self::default();
        for text in texts.iter().flat_map(|text| text.split(',')) {
            sources.add(text.trim())?;
        }
        if sources.device.is_some() && !(sources.v4.is_empty() && sources.v6.is_empty()) {
            return Err(wrong(
                "connections can't come from an interface and from addresses: give either, with \
                 --interface",
            ));
        }
        sources.check()?;
        Ok(Some(sources))
    }

    fn add(&mut self, text: &str) -> Result<(), Error> {
        if let Ok(address) = text.parse() {
            self.push(address);
        } else if let Some((first, last)) = range(text) {
            let (from, to) = (bits(first), bits(last));
            if from > to || AddressFamily::of_address(first) != AddressFamily::of_address(last) {
                let why = "it should go from a lower to a higher address";
                return Err(wrong(format!(
                    "no range of addresses: {text:?}; {why}, and {SOURCE_SYNTAX}"
                )));
            }
            if to - from >= MAX_ADDRESSES {
                return Err(wrong(format!(
                    "{text:?} is more than {MAX_ADDRESSES} addresses"
                )));
            }
            (from..=to).for_each(|bits| self.push(address(bits, AddressFamily::of_address(first))));
        } else if text.is_empty() {
            return Err(wrong(format!(
                "connections can't come from {text:?}; {SOURCE_SYNTAX}"
            )));
        } else if self.device.replace(text.to_owned()).is_some() {
            return Err(wrong(format!(
                "a connection comes from one interface, not from {text:?} too"
            )));
        }
        Ok(())
    }

    fn push(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(_) => self.v4.push(address),
            IpAddr::V6(_) => self.v6.push(address),
        }
    }

    /// Whether this machine has all of them.
    fn check(&self) -> Result<(), Error> {
        for address in self.v4.iter().chain(&self.v6) {
            UdpSocket::bind((*address, 0)).map_err(|cause| {
                let message = format!("connections can't come from {address}: not of this machine");
                wrong(message).with_source(cause)
            })?;
        }
        let Some(device) = &self.device else {
            return Ok(());
        };
        let bound = TcpSocket::new_v4().and_then(|socket| bind_device(&socket, device));
        bound.map_err(|cause| {
            let message = format!("connections can't come from {device:?}; {SOURCE_SYNTAX}");
            wrong(message).with_source(cause)
        })
    }

    /// Which families can be connected to from here.
    pub(crate) fn families(&self) -> AllowedFamilies {
        match (self.v4.is_empty(), self.v6.is_empty()) {
            (false, true) => AllowedFamilies::Only(AddressFamily::V4),
            (true, false) => AllowedFamilies::Only(AddressFamily::V6),
            _ => AllowedFamilies::Both,
        }
    }

    /// How many addresses of one family connections come from; each has ports of its own.
    pub(crate) fn address_count(&self) -> usize {
        match (self.v4.len(), self.v6.len()) {
            (0, 0) => 1,
            (0, some) | (some, 0) => some,
            (some, others) => some.min(others),
        }
    }

    /// A socket for a connection to `to`, bound to the source whose turn it is.
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
            socket.bind((address, 0).into())?;
        }
        Ok(socket)
    }
}

/// Lets the port be chosen when the socket connects, not when it is bound: then it has to be free
/// for this target only, and one that waits for its last packets (TIME_WAIT) can be had again.
fn choose_port_late(socket: &TcpSocket) {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::socket::{setsockopt, sockopt::IpBindAddressNoPort};
        if let Err(error) = setsockopt(socket, IpBindAddressNoPort, &true) {
            tracing::debug!(%error, "ports are chosen before the target is known");
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
        "interfaces have names on Linux only",
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

fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Connect, message)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SourceAddresses, Error> {
        SourceAddresses::parse(&[text.to_owned()]).map(|some| some.expect("there is one"))
    }

    #[test]
    fn addresses_lists_and_ranges() {
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
        let device = parse("lo").expect("every Linux has it");
        assert_eq!(device.families(), AllowedFamilies::Both);
        assert!(
            SourceAddresses::parse(&[])
                .expect("there is none")
                .is_none()
        );
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, wrong) in [
            ("", "can't come from \"\""),
            ("127.0.0.9-127.0.0.1", "lower to a higher"),
            ("127.0.0.1-::1", "lower to a higher"),
            ("127.0.0.0-127.255.0.0", "more than 65536"),
            ("192.0.2.1", "not of this machine"),
            ("nowhere0", "can't come from \"nowhere0\""),
            ("127.0.0.1,lo", "give either"),
            ("lo,lo", "one interface"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.to_string().contains(wrong), "{text}: {error}");
            assert_eq!(error.kind(), ErrorKind::Connect);
        }
    }
}
