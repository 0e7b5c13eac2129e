//! What the builder is told about how long connections live.

use std::time::Duration;

use crate::lifetime::Lifetime;
use crate::{Error, ErrorKind, HttpBuilder};

/// How connections are kept.
#[derive(Debug)]
pub(crate) struct Keep {
    pub(super) keepalive: bool,
    pub(super) lifetime: Lifetime,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            keepalive: true,
            lifetime: Lifetime::default(),
        }
    }
}

impl Keep {
    pub(super) fn check(&self) -> Result<(), Error> {
        if !self.keepalive && self.lifetime != Lifetime::default() {
            return Err(error(
                "--no-keepalive closes a connection after each hit: leave it out, or \
                 --connection-hits and --connection-lifetime",
            ));
        }
        if self.lifetime.hits == Some(0) {
            return Err(error("--connection-hits should be at least 1"));
        }
        Ok(())
    }
}

impl HttpBuilder {
    /// Whether a slot keeps its connection between hits. If not, a hit opens its own, and the time
    /// for that is part of the hit.
    pub fn keepalive(mut self, yes: bool) -> Self {
        self.keep.keepalive = yes;
        self
    }

    /// Closes each connection after this many hits; the next hit opens another one.
    pub fn connection_hits(mut self, hits: u64) -> Self {
        self.keep.lifetime.hits = Some(hits);
        self
    }

    /// Closes each connection between two hits once it is this old; the next hit opens another one.
    pub fn connection_lifetime(mut self, time: Duration) -> Self {
        self.keep.lifetime.time = Some(time);
        self
    }
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Connect, message)
}
