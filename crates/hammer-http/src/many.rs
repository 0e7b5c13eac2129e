//! A slot's part in connections that carry many hits.

use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use hammer_core::{Failure, Slot};
use hyper::http::response;
use hyper::{Response, StatusCode, Version};

use crate::connection::{Connection, Whole};
use crate::fault;
use crate::h2::{self, Broken, Exchange, Request, Wants};
use crate::pool::{Found, Pool};
use hammer_net::Dial;

/// How often a hit may move on that the target has not looked at.
const MOST_MOVES: usize = 5;

/// A slot's part in the connections of its worker to one origin. Dropped within a hit, it takes the hit
/// back; the connections live on.
pub(crate) struct Many {
    pool: Rc<Pool>,
    place: usize,
    keepalive: bool,
    connection: Option<Rc<h2::Connection>>,
    exchange: Rc<Exchange>,
}

/// What came of sending a hit.
pub(crate) enum Sent {
    /// The head of the answer.
    Head(response::Parts),
    /// Nothing was sent yet: the target wants HTTP/1.1, over this connection.
    Http1(Box<Connection>),
}

impl Many {
    pub(crate) fn new(pool: Rc<Pool>, keepalive: bool, wants: Wants, slot: &Slot) -> Self {
        Self {
            pool,
            place: slot.index() / slot.workers(),
            keepalive,
            connection: None,
            exchange: Rc::new(Exchange::new(wants)),
        }
    }

    /// Opens what the slot needs, before there is a hit: its own connection, and for the first slot of
    /// a worker all that there are to be. Tells if the target wants HTTP/1.1.
    pub(crate) async fn open(
        &mut self,
        dial: &Dial,
        slot: &Slot,
    ) -> Result<Option<Box<Connection>>, Failure> {
        let own = self.find(0, dial, slot).await?;
        if let Some(connection) = &self.connection {
            // Only what goes through the socket within hits is theirs.
            connection.untold();
            let others = if self.place == 0 {
                1..self.pool.len()
            } else {
                0..0
            };
            for other in others {
                // What fails here is opened by the hit that needs it.
                if let Ok(Found::Shared(other)) = self.pool.find(other, dial, slot).await {
                    other.untold();
                }
            }
        }
        Ok(own)
    }

    /// Sends a hit and waits for the head of its answer, on another connection if the target says
    /// that it has not looked at it. From an open connection on that may take up to `limit`.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(crate) async fn send(
        &mut self,
        dial: &Dial,
        request: &Request,
        limit: Option<Duration>,
        slot: &Slot,
    ) -> Result<Sent, Failure> {
        let mut moves = 0;
        loop {
            let ready = self.connection.as_ref().is_some_and(|own| own.is_ready());
            if !ready && let Some(own) = Box::pin(self.find(moves, dial, slot)).await? {
                return Ok(Sent::Http1(own));
            }
            let attempt = self.attempt(request, slot);
            let ended = match limit {
                None => attempt.await,
                // A stream that is given up is reset when the session is dropped with its failure.
                Some(limit) => tokio::time::timeout(limit, Box::pin(attempt))
                    .await
                    .unwrap_or(Err(Broken::Failed(fault::FIRST_BYTE_TIMEOUT))),
            };
            match ended {
                Ok(head) => return Ok(Sent::Head(head)),
                Err(Broken::Failed(failure)) => return Err(failure),
                Err(Broken::Refused) => {
                    slot.count("streams_refused", 1);
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

    async fn attempt(&mut self, request: &Request, slot: &Slot) -> Result<response::Parts, Broken> {
        let (connection, exchange) = (
            self.connection.as_ref().ok_or(Broken::Unsent)?,
            &self.exchange,
        );
        if connection.queue(exchange) {
            exchange.granted().await?;
            slot.mark("stream_wait");
        }
        connection.send(exchange, request)?;
        connection.hit(self.pool.lifetime(), slot);
        let (status, headers) = exchange.head().await?;
        let (mut head, ()) = Response::new(()).into_parts();
        head.version = Version::HTTP_2;
        // The parser took three digits, the first of which is no 0.
        head.status = StatusCode::from_u16(status).unwrap_or_default();
        head.headers = headers.unwrap_or_default();
        Ok(head)
    }

    /// Reads the body of the answer to its end, and hands each piece of it to `take`, if bodies are
    /// wanted at all.
    ///
    /// # Errors
    ///
    /// If the body does not come to its end, or `take` has enough.
    pub(crate) async fn read(
        &mut self,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<Whole, Failure> {
        let mut whole = Whole::default();
        let exchange = &self.exchange;
        poll_fn(|cx| {
            exchange.take_body(&mut take)?;
            let polled = exchange.poll_ended(cx);
            whole.waited |= polled.is_pending();
            polled.map_err(|broken| match broken {
                Broken::Failed(failure) => failure,
                Broken::Unsent | Broken::Refused => h2::REFUSED,
            })
        })
        .await?;
        whole.bytes = exchange.body_bytes();
        Ok(whole)
    }

    /// The answer is whole: bytes that went through the connection since the last one was.
    pub(crate) fn settle(&mut self) -> (u64, u64) {
        let bytes = self
            .connection
            .as_ref()
            .map(|connection| connection.untold());
        if !self.keepalive {
            self.leave();
        }
        bytes.unwrap_or_default()
    }

    /// Finds or opens a connection, the first choice or the one after so many others; tells if the
    /// target wants HTTP/1.1.
    async fn find(
        &mut self,
        others: usize,
        dial: &Dial,
        slot: &Slot,
    ) -> Result<Option<Box<Connection>>, Failure> {
        let found = if self.keepalive {
            self.pool.find(self.place + others, dial, slot).await?
        } else {
            self.pool.open_alone(dial, slot).await?
        };
        match found {
            Found::Own(connection) => Ok(Some(connection)),
            Found::Shared(connection) => {
                self.connection = Some(connection);
                Ok(None)
            }
        }
    }

    /// Takes back what is under way, and lets go of the connection; one that is nobody else's is
    /// closed.
    fn leave(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.cancel(&self.exchange);
            if !self.keepalive {
                connection.close();
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.connection.is_some()
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
