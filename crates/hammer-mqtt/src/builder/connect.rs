//! What the builder is told about connections.

use std::time::Duration;

use hammer_net::{ConfigureNetwork as _, NetworkOptions, TlsUse};

use crate::broker_connector::BrokerConnector;
use crate::url::BrokerUrl;
use crate::{Error, ErrorKind, MqttBuilder};

/// How long a connection may take unless that is said.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many connections there are, and how they come about.
#[derive(Debug)]
pub(super) struct ConnectionOptions {
    pub(super) clients: usize,
    pub(super) connect_rate: Option<f64>,
    allow_missing: f64,
    alpn_protocols: Vec<String>,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        Self {
            clients: 1,
            connect_rate: None,
            allow_missing: 0.0,
            alpn_protocols: vec![],
        }
    }
}

impl ConnectionOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        let error = |message: &str| Err(Error::new(ErrorKind::Setting, message));
        match self {
            _ if self.clients == 0 => error("there must be a client"),
            // What numbers clients in the messages that are tracked has four bytes.
            _ if self.clients > 10_000_000 => error("more than 10,000,000 clients are too many"),
            _ if self
                .connect_rate
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
    pub(super) fn connector(
        &self,
        url: BrokerUrl,
        mut network: NetworkOptions,
    ) -> Result<(BrokerConnector, Duration), Error> {
        if let Some(socket) = url.unix_socket_path() {
            network = network.unix_socket(socket);
        }
        let tls = match url.scheme.is_tls() {
            true => TlsUse::Certain,
            false => TlsUse::Never { scheme: "mqtts" },
        };
        if !self.alpn_protocols.is_empty() && tls != TlsUse::Certain {
            let message = "--alpn is about TLS, and nothing here speaks it: the URL should begin with \
                           mqtts://";
            return Err(Error::new(ErrorKind::Network, message));
        }
        let protocols = self.alpn_protocols.iter().map(|name| alpn_protocol(name));
        let limit = network
            .get_connect_timeout()
            .unwrap_or(DEFAULT_CONNECT_TIMEOUT);
        if limit.is_zero() {
            let message = "the time to connect must be above 0";
            return Err(Error::new(ErrorKind::Setting, message));
        }
        let dialer = network.connector_factory(tls, protocols.collect::<Result<_, _>>()?)?;
        let net = dialer.connector_for(&url.peer())?;
        Ok((
            BrokerConnector {
                url,
                peer_connector: net,
            },
            limit,
        ))
    }

    pub(super) fn max_failed_clients(&self) -> usize {
        (self.clients as f64 * self.allow_missing) as usize
    }
}

/// A name as it goes into the handshake, with one byte for its length.
fn alpn_protocol(name: &str) -> Result<Vec<u8>, Error> {
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
        self.connections.connect_rate = Some(per_second);
        self
    }

    /// Offers this protocol in the TLS handshake (ALPN, RFC 7301), before those that are named later.
    /// Unless set none is offered. Some brokers speak MQTT and HTTP on one port, and tell by `mqtt`.
    pub fn alpn(mut self, protocol: impl Into<String>) -> Self {
        self.connections.alpn_protocols.push(protocol.into());
        self
    }

    /// The share of clients that may be missing when the clock starts, from 0 to 1; those go on
    /// trying. None unless set.
    pub fn allow_missing(mut self, share: f64) -> Self {
        self.connections.allow_missing = share;
        self
    }
}
