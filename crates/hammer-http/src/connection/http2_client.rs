//! A slot's part in connections that carry many hits.

use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use hammer_core::{Failure, Slot};
use hyper::http::response;
use hyper::{Response, StatusCode, Version};

use crate::connection::http1::{BodyStats, Http1Connection};
use crate::connection::pool::{Http2Pool, PooledConnection};
use crate::failures;
use crate::h2::{self, Http2Exchange, Http2Request, ResponseInterest, StreamFailure};
use hammer_net::PeerConnector;

/// How often a hit may move on that the target has not looked at.
const MAX_RESENDS: usize = 5;

/// A slot's part in the connections of its worker to one origin. Dropped within a hit, it takes the hit
/// back; the connections live on.
pub(crate) struct Http2Client {
    pool: Rc<Http2Pool>,
    slot_index: usize,
    keepalive: bool,
    connection: Option<Rc<h2::Http2Connection>>,
    exchange: Rc<Http2Exchange>,
}

/// What came of sending a hit.
pub(crate) enum Http2SendReply {
    /// The head of the answer.
    ResponseHead(response::Parts),
    /// Nothing was sent yet: the target wants HTTP/1.1, over this connection.
    Http1Required(Box<Http1Connection>),
}

impl Http2Client {
    pub(crate) fn new(
        pool: Rc<Http2Pool>,
        keepalive: bool,
        wants: ResponseInterest,
        slot: &Slot,
    ) -> Self {
        Self {
            pool,
            slot_index: slot.index() / slot.workers(),
            keepalive,
            connection: None,
            exchange: Rc::new(Http2Exchange::new(wants)),
        }
    }

    /// Opens what the slot needs, before there is a hit: its own connection, and for the first slot of
    /// a worker all that there are to be. Tells if the target wants HTTP/1.1.
    pub(crate) async fn open(
        &mut self,
        dial: &PeerConnector,
        slot: &Slot,
    ) -> Result<Option<Box<Http1Connection>>, Failure> {
        let own = self.acquire(0, dial, slot).await?;
        if let Some(connection) = &self.connection {
            // Only what goes through the socket within hits is theirs.
            connection.take_unreported_traffic();
            let others = if self.slot_index == 0 {
                1..self.pool.len()
            } else {
                0..0
            };
            for other in others {
                // What fails here is opened by the hit that needs it.
                if let Ok(PooledConnection::Http2(other)) =
                    self.pool.acquire(other, dial, slot).await
                {
                    other.take_unreported_traffic();
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
        dial: &PeerConnector,
        request: &Http2Request,
        limit: Option<Duration>,
        slot: &Slot,
    ) -> Result<Http2SendReply, Failure> {
        let mut moves = 0;
        loop {
            let ready = self.connection.as_ref().is_some_and(|own| own.is_ready());
            if !ready && let Some(own) = Box::pin(self.acquire(moves, dial, slot)).await? {
                return Ok(Http2SendReply::Http1Required(own));
            }
            let attempt = self.attempt(request, slot);
            let ended = match limit {
                None => attempt.await,
                // A stream that is given up is reset when the session is dropped with its failure.
                Some(limit) => tokio::time::timeout(limit, Box::pin(attempt))
                    .await
                    .unwrap_or(Err(StreamFailure::Failed(failures::FIRST_BYTE_TIMEOUT))),
            };
            match ended {
                Ok(head) => return Ok(Http2SendReply::ResponseHead(head)),
                Err(StreamFailure::Failed(failure)) => return Err(failure),
                Err(StreamFailure::Refused) => {
                    slot.count("streams_refused", 1);
                    if moves == MAX_RESENDS {
                        return Err(h2::STREAM_REFUSED);
                    }
                }
                Err(StreamFailure::Unsent) if moves == MAX_RESENDS => {
                    return Err(Failure::CLOSED_EARLY);
                }
                Err(StreamFailure::Unsent) => {
                    tracing::debug!("the connection was closed before the hit")
                }
            }
            moves += 1;
            self.release();
        }
    }

    async fn attempt(
        &mut self,
        request: &Http2Request,
        slot: &Slot,
    ) -> Result<response::Parts, StreamFailure> {
        let (connection, exchange) = (
            self.connection.as_ref().ok_or(StreamFailure::Unsent)?,
            &self.exchange,
        );
        if connection.queue_if_full(exchange) {
            exchange.stream_granted().await?;
            slot.mark("stream_wait");
        }
        connection.send(exchange, request)?;
        connection.begin_hit(self.pool.lifetime(), slot);
        let (status, headers) = exchange.response_head().await?;
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
    ) -> Result<BodyStats, Failure> {
        let mut whole = BodyStats::default();
        let exchange = &self.exchange;
        poll_fn(|cx| {
            exchange.drain_body(&mut take)?;
            let polled = exchange.poll_complete(cx);
            whole.waited |= polled.is_pending();
            polled.map_err(|broken| match broken {
                StreamFailure::Failed(failure) => failure,
                StreamFailure::Unsent | StreamFailure::Refused => h2::STREAM_REFUSED,
            })
        })
        .await?;
        whole.bytes = exchange.body_bytes();
        Ok(whole)
    }

    /// The answer is whole: bytes that went through the connection since the last one was.
    pub(crate) fn finish_hit(&mut self) -> (u64, u64) {
        let bytes = self
            .connection
            .as_ref()
            .map(|connection| connection.take_unreported_traffic());
        if !self.keepalive {
            self.release();
        }
        bytes.unwrap_or_default()
    }

    /// Finds or opens a connection, the first choice or the one after so many others; tells if the
    /// target wants HTTP/1.1.
    async fn acquire(
        &mut self,
        others: usize,
        dial: &PeerConnector,
        slot: &Slot,
    ) -> Result<Option<Box<Http1Connection>>, Failure> {
        let found = if self.keepalive {
            self.pool
                .acquire(self.slot_index + others, dial, slot)
                .await?
        } else {
            self.pool.open_unpooled(dial, slot).await?
        };
        match found {
            PooledConnection::Http1(connection) => Ok(Some(connection)),
            PooledConnection::Http2(connection) => {
                self.connection = Some(connection);
                Ok(None)
            }
        }
    }

    /// Takes back what is under way, and lets go of the connection; one that is nobody else's is
    /// closed.
    fn release(&mut self) {
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

impl Drop for Http2Client {
    fn drop(&mut self) {
        self.release();
    }
}
