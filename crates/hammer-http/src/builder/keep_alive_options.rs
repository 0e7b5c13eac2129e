//! Options for keep-alive and the lifetime of connections.

use std::time::Duration;

use crate::connection::lifetime::LifetimeLimits;
use crate::{Error, ErrorKind, HttpBuilder};

/// The keep-alive setting and the limits of a connection's lifetime.
#[derive(Debug)]
pub(crate) struct KeepAliveOptions {
    pub(super) keepalive: bool,
    pub(super) lifetime_limits: LifetimeLimits,
}

impl Default for KeepAliveOptions {
    fn default() -> Self {
        Self {
            keepalive: true,
            lifetime_limits: LifetimeLimits::default(),
        }
    }
}

impl KeepAliveOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        if !self.keepalive && self.lifetime_limits != LifetimeLimits::default() {
            return Err(error(
                "`keepalive(false)` cannot be combined with `connection_hits` or \
                 `connection_lifetime`: it closes the connection after each hit",
            ));
        }
        if self.lifetime_limits.max_hits == Some(0) {
            return Err(error(
                "invalid value 0 of `connection_hits`; expected at least 1",
            ));
        }
        Ok(())
    }
}

impl HttpBuilder {
    /// Sets whether a slot keeps its connection between hits.
    ///
    /// Without keep-alive, each hit opens its own connection, and that time is part of the hit.
    pub fn keepalive(mut self, yes: bool) -> Self {
        self.keep_alive.keepalive = yes;
        self
    }

    /// Closes each connection after this many hits; the next hit opens another one.
    pub fn connection_hits(mut self, hits: u64) -> Self {
        self.keep_alive.lifetime_limits.max_hits = Some(hits);
        self
    }

    /// Closes each connection between two hits once it is this old; the next hit opens another one.
    pub fn connection_lifetime(mut self, time: Duration) -> Self {
        self.keep_alive.lifetime_limits.max_age = Some(time);
        self
    }
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Connect, message)
}
