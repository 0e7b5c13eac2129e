//! The connection of a slot to one origin, opened when it is needed.

use std::time::Duration;

use hammer_core::{Failure, Slot};
use hyper::Response;
use hyper::body::Incoming;

use crate::connection::{Connection, Whole};
use crate::dial::Dial;
use crate::fault;
use crate::lifetime::{Lifetime, closed_by_target};
use crate::template::Template;

/// How long connections are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    /// Longer than for one hit.
    pub(crate) keepalive: bool,
    pub(crate) lifetime: Option<Lifetime>,
}

/// A connection, if one is open.
#[derive(Default)]
pub(crate) struct Link {
    connection: Option<Connection>,
    /// Bytes sent and received before the present hit.
    before: (u64, u64),
}

impl Link {
    pub(crate) fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    /// Opens a connection before there is anything to send.
    pub(crate) async fn open(&mut self, dial: &Dial, slot: &Slot) -> Result<(), Failure> {
        let opened = dial.open(slot).await?;
        self.connection = Some(Connection::handshake(opened, slot).await?);
        Ok(())
    }

    /// Sends what `template` says, and waits for the head of the answer, within `limit` if there is
    /// one.
    ///
    /// A connection that the target closed before a byte was sent is replaced, once.
    pub(crate) async fn send(
        &mut self,
        dial: &Dial,
        keeping: &Keeping,
        template: &Template,
        limit: Option<Duration>,
        slot: &Slot,
    ) -> Result<Response<Incoming>, Failure> {
        self.retire(keeping, slot).await;
        let mut used = self.connection.is_some();
        loop {
            if self.connection.is_none() {
                self.open(dial, slot).await?;
            }
            let Some(connection) = &mut self.connection else {
                continue;
            };
            self.before = if used { connection.traffic() } else { (0, 0) };
            let sent = match limit {
                None => connection.send(template).await,
                // On the heap, since few ask for it and all would pay for its place.
                Some(limit) => {
                    let sending = Box::pin(connection.send(template));
                    let sent = tokio::time::timeout(limit, sending).await;
                    sent.map_err(|_| fault::FIRST_BYTE_TIMEOUT)?
                }
            };
            match sent {
                Ok(answer) => {
                    connection.life.hit(slot);
                    return Ok(answer);
                }
                Err(mut error) => {
                    if !used || error.take_message().is_none() {
                        return Err(lost(fault::of_exchange(error.error()), slot));
                    }
                    tracing::debug!("the target closed an idle connection");
                    closed_by_target(slot);
                    self.connection = None;
                    used = false;
                }
            }
        }
    }

    /// Reads the body of an answer that came over this link.
    pub(crate) async fn read(
        &mut self,
        body: Incoming,
        slot: &Slot,
        take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<Whole, Failure> {
        let Some(connection) = &mut self.connection else {
            return Err(Failure::CLOSED_EARLY);
        };
        let read = connection.read(body, take).await;
        read.map_err(|failure| lost(failure, slot))
    }

    /// Bytes sent and received since the last hit began, when its answer is whole. The connection is
    /// kept if it can be, and if it may be.
    pub(crate) async fn settle(&mut self, keeping: &Keeping, slot: &Slot) -> (u64, u64) {
        let Some(connection) = &self.connection else {
            return (0, 0);
        };
        let (sent, received) = connection.traffic();
        if !keeping.keepalive {
            self.connection = None;
        } else if !connection.is_ready() {
            self.connection = None;
            closed_by_target(slot);
        } else {
            self.retire(keeping, slot).await;
        }
        (sent - self.before.0, received - self.before.1)
    }

    /// Closes a connection that has done its work; between two hits nothing is lost with it.
    async fn retire(&mut self, keeping: &Keeping, slot: &Slot) {
        if let Some(lifetime) = &keeping.lifetime
            && let Some(connection) = &self.connection
            && connection.life.is_over(lifetime, slot)
            && let Some(connection) = self.connection.take()
        {
            connection.close().await;
        }
    }

    /// Says goodbye, if there is a connection.
    pub(crate) async fn close(self) {
        if let Some(connection) = self.connection {
            connection.close().await;
        }
    }
}

/// Counts a connection that broke within a hit.
fn lost(failure: Failure, slot: &Slot) -> Failure {
    if failure == Failure::RESET || failure == Failure::CLOSED_EARLY {
        closed_by_target(slot);
    }
    failure
}
