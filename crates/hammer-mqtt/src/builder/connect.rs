//! What the builder is told about connections.

use std::time::Duration;

use hammer_net::{Network, Networking as _, TlsUse};

use crate::dial::Dial;
use crate::url::Url;
use crate::{Error, ErrorKind, MqttBuilder};

/// How long a connection may take unless that is said.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// How many connections there are, and how they come about.
#[derive(Debug)]
pub(super) struct Connections {
    pub(super) clients: usize,
    pub(super) rate: Option<f64>,
    allow_missing: f64,
    protocols: Vec<String>,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            clients: 1,
            rate: None,
            allow_missing: 0.0,
            protocols: vec![],
        }
    }
}

impl Connections {
    pub(super) fn check(&self) -> Result<(), Error> {
        let error = |message: &str| Err(Error::new(ErrorKind::Setting, message));
        match self {
            _ if self.clients == 0 => error("there must be a client"),
            // What numbers clients in the messages that are tracked has four bytes.
            _ if self.clients > 10_000_000 => error("more than 10,000,000 clients are too many"),
            _ if self
                .rate
                .is_some_and(|rate| !(rate > 0.0 && rate.is_finite())) =>
            {
                error("the rate of connections must be above 0")
            }
            _ if !(0.0..=1.0).contains(&self.allow_missing) => {
                error("the share of clients that may be missing is from 0 to 1")
            }
            _ => Ok(()),
        }
    }

    /// What opens connections to the broker, and how long one may take, its consent included.
    pub(super) fn dial(&self, url: Url, mut network: Network) -> Result<(Dial, Duration), Error> {
        if let Some(socket) = url.socket() {
            network = network.unix_socket(socket);
        }
        let tls = match url.scheme.is_tls() {
            true => TlsUse::Certain,
            false => TlsUse::None { scheme: "mqtts" },
        };
        if !self.protocols.is_empty() && tls != TlsUse::Certain {
            let message = "--alpn is about TLS, and nothing here speaks it: the URL should begin with \
                           mqtts://";
            return Err(Error::new(ErrorKind::Network, message));
        }
        let protocols = self.protocols.iter().map(|name| alpn(name));
        let limit = network.connect_limit().unwrap_or(CONNECT_LIMIT);
        if limit.is_zero() {
            let message = "the time to connect must be above 0";
            return Err(Error::new(ErrorKind::Setting, message));
        }
        let dialer = network.dialer(tls, protocols.collect::<Result<_, _>>()?)?;
        let net = dialer.to(&url.peer())?;
        Ok((Dial { url, net }, limit))
    }

    pub(super) fn most_missing(&self) -> usize {
        (self.clients as f64 * self.allow_missing) as usize
    }
}

/// A name as it goes into the handshake, with one byte for its length.
fn alpn(name: &str) -> Result<Vec<u8>, Error> {
    match name.len() {
        1..=255 => Ok(name.into()),
        _ => Err(Error::new(
            ErrorKind::Setting,
            "the name of a protocol for ALPN has 1 to 255 bytes",
        )),
    }
}

impl MqttBuilder {
    /// How many clients there are, spread over the workers, each with a connection.
    pub fn clients(mut self, clients: usize) -> Self {
        self.connections.clients = clients;
        self
    }

    /// Opens so many connections per second before the clock starts; unless set, as fast as the
    /// broker takes them.
    pub fn connect_rate(mut self, per_second: f64) -> Self {
        self.connections.rate = Some(per_second);
        self
    }

    /// Offers this protocol in the TLS handshake (ALPN, RFC 7301), before those that are named later.
    /// Unless set none is offered. Some brokers speak MQTT and HTTP on one port, and tell by `mqtt`.
    pub fn alpn(mut self, protocol: impl Into<String>) -> Self {
        self.connections.protocols.push(protocol.into());
        self
    }

    /// The share of clients that may be missing when the clock starts, from 0 to 1; those go on
    /// trying. None unless set.
    pub fn allow_missing(mut self, share: f64) -> Self {
        self.connections.allow_missing = share;
        self
    }
}
