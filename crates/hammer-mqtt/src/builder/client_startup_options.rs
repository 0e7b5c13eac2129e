//! Options for the clients at the start of a run.

use std::time::Duration;

use hammer_net::{ConfigureNetwork as _, ExpectedTlsUse, NetworkOptions};

use crate::connection::broker_connector::BrokerConnector;
use crate::url::BrokerUrl;
use crate::{Error, ErrorKind, MqttBuilder};

/// The default time limit for opening a connection.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The number of clients, the rate at which they connect, and the failures allowed.
#[derive(Debug)]
pub(super) struct ClientStartupOptions {
    pub(super) clients: usize,
    pub(super) connect_rate: Option<f64>,
    allow_missing: f64,
    alpn_protocols: Vec<String>,
}

impl Default for ClientStartupOptions {
    fn default() -> Self {
        Self {
            clients: 1,
            connect_rate: None,
            allow_missing: 0.0,
            alpn_protocols: vec![],
        }
    }
}

impl ClientStartupOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        let error = |message: &str| Err(Error::new(ErrorKind::Setting, message));
        match self {
            _ if self.clients == 0 => error("expected at least 1 client, found 0"),
            // The number of a client has to fit in four bytes of a header, and seven digits of a
            // client id.
            _ if self.clients > 10_000_000 => error("expected at most 10,000,000 clients"),
            _ if self
                .connect_rate
                .is_some_and(|rate| !(rate > 0.0 && rate.is_finite())) =>
            {
                error("the rate of connections must be above 0 and finite")
            }
            _ if !(0.0..=1.0).contains(&self.allow_missing) => {
                error("the share of clients that may fail to connect must be from 0 to 1")
            }
            _ => Ok(()),
        }
    }

    /// Returns the connector, and the time limit for a connection up to the CONNACK.
    pub(super) fn connector(
        &self,
        url: BrokerUrl,
        mut network: NetworkOptions,
    ) -> Result<(BrokerConnector, Duration), Error> {
        if let Some(socket) = url.unix_socket_path() {
            network = network.unix_socket(socket);
        }
        let tls = match url.scheme.is_tls() {
            true => ExpectedTlsUse::Certain,
            false => ExpectedTlsUse::Never { scheme: "mqtts" },
        };
        if !self.alpn_protocols.is_empty() && tls != ExpectedTlsUse::Certain {
            let message = "`alpn` requires TLS (try mqtts:// in the URL)";
            return Err(Error::new(ErrorKind::Network, message));
        }
        let protocols = self.alpn_protocols.iter().map(|name| alpn_protocol(name));
        let limit = network
            .get_connect_timeout()
            .unwrap_or(DEFAULT_CONNECT_TIMEOUT);
        if limit.is_zero() {
            let message = "the connect timeout must be above 0";
            return Err(Error::new(ErrorKind::Setting, message));
        }
        let factory = network.connector_factory(tls, protocols.collect::<Result<_, _>>()?)?;
        let peer_connector = factory.connector_for(&url.peer())?;
        Ok((
            BrokerConnector {
                url,
                peer_connector,
            },
            limit,
        ))
    }

    pub(super) fn max_failed_clients(&self) -> usize {
        (self.clients as f64 * self.allow_missing) as usize
    }
}

/// Checks the name of a protocol, whose length has one byte in the handshake.
fn alpn_protocol(name: &str) -> Result<Vec<u8>, Error> {
    match name.len() {
        1..=255 => Ok(name.into()),
        _ => Err(Error::new(
            ErrorKind::Setting,
            "the name of an ALPN protocol must have 1 to 255 bytes",
        )),
    }
}

impl MqttBuilder {
    /// Sets the number of clients, each with a connection. They are spread over the workers.
    pub fn clients(mut self, clients: usize) -> Self {
        self.connections.clients = clients;
        self
    }

    /// Sets the connections opened per second before the run starts. By default they open as fast
    /// as the broker accepts them.
    pub fn connect_rate(mut self, per_second: f64) -> Self {
        self.connections.connect_rate = Some(per_second);
        self
    }

    /// Offers a protocol in the TLS handshake (ALPN, RFC 7301), after those of earlier calls. By
    /// default none is offered. Brokers that speak MQTT and HTTP on one port need `mqtt`.
    pub fn alpn(mut self, protocol: impl Into<String>) -> Self {
        self.connections.alpn_protocols.push(protocol.into());
        self
    }

    /// Sets the share of clients, from 0 to 1, that may fail to connect before the run starts. They
    /// keep trying. By default none may fail.
    pub fn allow_missing(mut self, share: f64) -> Self {
        self.connections.allow_missing = share;
        self
    }
}
