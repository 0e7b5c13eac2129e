//! What the builder is told about connections.

use std::time::Duration;

use crate::{Error, ErrorKind, MqttBuilder};

/// How many connections there are, and how they come about.
#[derive(Debug)]
pub(super) struct Connections {
    pub(super) clients: usize,
    pub(super) rate: Option<f64>,
    pub(super) timeout: Duration,
    allow_missing: f64,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            clients: 1,
            rate: None,
            timeout: Duration::from_secs(10),
            allow_missing: 0.0,
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
            _ if self.timeout.is_zero() => error("the time to connect must be above 0"),
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

    pub(super) fn most_missing(&self) -> usize {
        (self.clients as f64 * self.allow_missing) as usize
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

    /// How long a connection may take to open, the broker's consent included.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connections.timeout = timeout;
        self
    }

    /// The share of clients that may be missing when the clock starts, from 0 to 1; those go on
    /// trying. None unless set.
    pub fn allow_missing(mut self, share: f64) -> Self {
        self.connections.allow_missing = share;
        self
    }
}
