//! The connection of a slot to one origin, opened when it is needed.

use std::time::Duration;

use hammer_core::{Failure, Slot};
use hyper::Response;
use hyper::body::Incoming;

use crate::connection::{Connection, Whole};
use crate::fault;
use crate::h2::Wants;
use crate::lifetime::{Lifetime, closed_by_target};
use crate::many::{Many, Sent};
use crate::pool::{Pools, Sharing};
use crate::template::Template;
use hammer_net::Dial;

/// How long connections are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    /// Longer than for one hit.
    pub(crate) keepalive: bool,
    pub(crate) lifetime: Option<Lifetime>,
    /// How slots share them, where HTTP/2 may be spoken.
    pub(crate) sharing: Option<Sharing>,
    /// What is looked at of an answer.
    pub(crate) wants: Wants,
}

/// What comes behind the head of an answer.
pub(crate) enum Rest {
    Http1(Incoming),
    Http2,
}

/// A connection, if one is open, or a part in those that slots share.
#[derive(Default)]
pub(crate) struct Link {
    /// The number of the origin.
    origin: usize,
    /// Of HTTP/1.1, and this slot's own.
    connection: Option<Box<Connection>>,
    many: Option<Many>,
    /// Bytes sent and received before the present hit.
    before: (u64, u64),
}

impl Link {
    /// A link to the origin of this number, on which nothing is open.
    pub(crate) fn to(origin: usize) -> Self {
        Self {
            origin,
            ..Self::default()
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.connection.is_some() || self.many.as_ref().is_some_and(Many::is_open)
    }

    /// Opens a connection before there is anything to send.
    pub(crate) async fn open(
        &mut self,
        dial: &Dial,
        keeping: &Keeping,
        slot: &Slot,
    ) -> Result<(), Failure> {
        self.share(dial, keeping, slot);
        self.connection = match &mut self.many {
            None => Some(connect(dial, slot).await?),
            Some(many) => Box::pin(many.open(dial, slot)).await?,
        };
        Ok(())
    }

    /// Takes part in the connections of the worker, if they may be shared.
    fn share(&mut self, dial: &Dial, keeping: &Keeping, slot: &Slot) {
        if let Some(sharing) = keeping.sharing
            && self.many.is_none()
            && sharing.has(dial)
        {
            let pool = slot.share(Pools::default).of(self.origin, sharing, slot);
            self.many = Some(Many::new(pool, keeping.keepalive, keeping.wants, slot));
        }
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
    ) -> Result<Response<Rest>, Failure> {
        // Each future that is made costs a hit something, even if it has nothing to do.
        if keeping.lifetime.is_some() {
            self.retire(keeping, slot).await;
        }
        if keeping.sharing.is_some() {
            self.share(dial, keeping, slot);
        }
        let mut used = self.connection.is_some();
        loop {
            if self.connection.is_none() {
                let opened = match &mut self.many {
                    None => connect(dial, slot).await?,
                    Some(many) => match send_shared(many, dial, template, limit, slot).await? {
                        Sent::Head(head) => return Ok(Response::from_parts(head, Rest::Http2)),
                        Sent::Http1(connection) => connection,
                    },
                };
                self.connection = Some(opened);
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
                    return Ok(answer.map(Rest::Http1));
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
        rest: Rest,
        slot: &Slot,
        take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<Whole, Failure> {
        match (rest, &mut self.connection, &mut self.many) {
            (Rest::Http1(body), Some(connection), _) => {
                let read = connection.read(body, take).await;
                read.map_err(|failure| lost(failure, slot))
            }
            (Rest::Http2, _, Some(many)) => many.read(take).await,
            _ => Err(Failure::CLOSED_EARLY),
        }
    }

    /// Bytes sent and received since the last hit began, when its answer is whole. The connection is
    /// kept if it can be, and if it may be.
    pub(crate) async fn settle(&mut self, keeping: &Keeping, slot: &Slot) -> (u64, u64) {
        let Some(connection) = &self.connection else {
            return self.many.as_mut().map_or((0, 0), Many::settle);
        };
        let (sent, received) = connection.traffic();
        if !keeping.keepalive {
            self.connection = None;
        } else if !connection.is_ready() {
            self.connection = None;
            closed_by_target(slot);
        } else if keeping.lifetime.is_some() {
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

    /// Says goodbye to a connection of its own, and leaves those that are shared to the others.
    pub(crate) async fn leave(self) {
        if let Some(connection) = self.connection {
            connection.close().await;
        }
    }

    /// Says goodbye on all connections, at the end of the run.
    pub(crate) async fn close(mut self) {
        let many = self.many.take();
        self.leave().await;
        if let Some(many) = many {
            many.close().await;
        }
    }
}

async fn connect(dial: &Dial, slot: &Slot) -> Result<Box<Connection>, Failure> {
    let connection =
        Connection::handshake(dial.open(slot).await.map_err(fault::of_connection)?, slot).await?;
    Ok(Box::new(connection))
}

async fn send_shared(
    many: &mut Many,
    dial: &Dial,
    template: &Template,
    limit: Option<Duration>,
    slot: &Slot,
) -> Result<Sent, Failure> {
    let scheme = if dial.is_tls() { "https" } else { "http" };
    let request = template.http2(scheme);
    many.send(dial, &request, limit, slot).await
}

/// Counts a connection that broke within a hit.
fn lost(failure: Failure, slot: &Slot) -> Failure {
    if failure == Failure::RESET || failure == Failure::CLOSED_EARLY {
        closed_by_target(slot);
    }
    failure
}
