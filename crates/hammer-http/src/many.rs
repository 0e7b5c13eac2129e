//! A hit over a connection that carries many.

use std::rc::Rc;

use hammer_core::{Failure, Hit, Outcome, Slot};
use hyper::HeaderMap;

use crate::connection::Connection;
use crate::dial::Dial;
use crate::h2::{self, Broken, Exchange, Ticket, Wants};
use crate::pool::{Link, Pool};

/// How often a hit may move on that the target has not looked at.
const MOST_MOVES: usize = 5;

/// A slot's part in the connections of its worker.
pub(crate) struct Many {
    pool: Rc<Pool>,
    place: usize,
    keepalive: bool,
    connection: Option<Rc<h2::Connection>>,
    exchange: Rc<Exchange>,
}

/// What came of a hit.
pub(crate) enum Answered {
    Answer(Answer),
    /// Nothing was sent yet: the target wants HTTP/1.1, over this connection.
    Http1(Connection),
}

/// An answer over HTTP/2.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// If they were wanted.
    pub(crate) headers: Option<HeaderMap>,
    /// The body if it was wanted, and whether there was more of it.
    pub(crate) body: Option<(Vec<u8>, bool)>,
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

impl Answer {
    pub(crate) fn outcome(&self) -> Outcome {
        let outcome = if self.status < 400 {
            Outcome::ok(self.status)
        } else {
            Outcome::rejected(self.status)
        };
        outcome.sent(self.sent).received(self.received)
    }
}

impl Many {
    /// Opens what a slot needs: its own connection, and of the first slot all that there are to be.
    /// None if the target wants HTTP/1.1 over the connection that comes with it.
    pub(crate) async fn open(
        pool: Rc<Pool>,
        dial: &Dial,
        keepalive: bool,
        wants: Wants,
        slot: &Slot,
    ) -> Result<(Self, Option<Connection>), Failure> {
        let place = slot.index() / slot.workers();
        let mut many = Self {
            pool,
            place,
            keepalive,
            connection: None,
            exchange: Rc::new(Exchange::new(wants)),
        };
        if !keepalive {
            return Ok((many, None));
        }
        let own = many.get(place, dial, slot).await?;
        if let Some(connection) = &many.connection {
            // Only what goes through the socket within hits is theirs.
            connection.untold();
            let others = if place == 0 { 1..many.pool.len() } else { 0..0 };
            for other in others {
                // What fails here is opened by the hit that needs it.
                if let Ok(Link::Shared(other)) = many.pool.get(other, dial, slot).await {
                    other.untold();
                }
            }
        }
        Ok((many, own))
    }

    /// Sends a hit and waits for all of its answer.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(crate) async fn hit(&mut self, dial: &Dial, hit: &Hit) -> Result<Answered, Failure> {
        let mut moves = 0;
        loop {
            let ready =
                |connection: &Rc<h2::Connection>| connection.is_usable() && connection.has_room();
            if !self.connection.as_ref().is_some_and(ready)
                && let Some(own) = Box::pin(self.get(self.place + moves, dial, hit.slot())).await?
            {
                return Ok(Answered::Http1(own));
            }
            let Some(connection) = &self.connection else {
                continue;
            };
            match Self::attempt(connection, &self.exchange, &self.pool, hit).await {
                Ok(answer) => {
                    if !self.keepalive {
                        self.leave();
                    }
                    return Ok(Answered::Answer(answer));
                }
                Err(Broken::Failed(failure)) => return Err(failure),
                Err(Broken::Refused) => {
                    hit.slot().count("streams_refused", 1);
                    if moves == MOST_MOVES {
                        return Err(h2::REFUSED);
                    }
                }
                Err(Broken::Unsent) if moves == MOST_MOVES => return Err(Failure::CLOSED_EARLY),
                Err(Broken::Unsent) => tracing::debug!("the connection was closed before the hit"),
            }
            moves += 1;
            self.leave();
        }
    }

    async fn attempt(
        connection: &h2::Connection,
        exchange: &Rc<Exchange>,
        pool: &Pool,
        hit: &Hit,
    ) -> Result<Answer, Broken> {
        let (ticket, waited) = Ticket::get(connection, exchange).await?;
        if waited {
            hit.mark("stream_wait");
        }
        ticket.send(pool.request())?;
        connection.hit(pool.lifetime(), hit.slot());
        let status = ticket.head().await?;
        hit.mark("first_byte");
        if !ticket.is_done() {
            ticket.finish().await?;
            hit.mark("body");
        }
        let (sent, received) = connection.untold();
        Ok(Answer {
            status,
            headers: ticket.take_headers(),
            body: ticket.take_body(),
            sent,
            received,
        })
    }

    /// Finds or opens a connection; tells if the target wants HTTP/1.1.
    async fn get(
        &mut self,
        place: usize,
        dial: &Dial,
        slot: &Slot,
    ) -> Result<Option<Connection>, Failure> {
        let link = if self.keepalive {
            self.pool.get(place, dial, slot).await?
        } else {
            self.pool.open_alone(dial, slot).await?
        };
        match link {
            Link::Own(connection) => Ok(Some(connection)),
            Link::Shared(connection) => {
                self.connection = Some(connection);
                Ok(None)
            }
        }
    }

    /// Lets go of the connection; one that is nobody else's is closed.
    fn leave(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.keepalive
        {
            connection.close();
        }
    }

    /// Closes the connections of the worker: its slots close together.
    pub(crate) async fn close(self) {
        self.pool.close().await;
    }
}

impl Drop for Many {
    fn drop(&mut self) {
        self.leave();
    }
}
