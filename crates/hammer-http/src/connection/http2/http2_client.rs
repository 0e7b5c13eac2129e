//! A slot's view of the HTTP/2 connections that its worker shares.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hammer_core::{Failure, Hit, Slot};
use hammer_wire::FieldList;
use hammer_wire::http2::{
    Http2Event, Http2Exchange, Http2Request, ResponseInterest, StreamFailure,
};

use super::connection::Http2Connection;
use super::failures::STREAM_REFUSED;
use super::pool::{Http2Pool, PooledConnection};
use crate::connection::http1::Http1Connection;
use crate::connection::lifetime::ConnectionEnd;
use crate::failures;
use hammer_net::PeerConnector;

/// Maximum number of times that a hit is sent again because the target did not process it.
const MAX_RESENDS: usize = 5;

/// A slot's client for the connections of its worker to one origin.
///
/// Dropping it during a hit cancels the stream of the hit; the connections stay open.
pub(crate) struct Http2Client {
    pool: Rc<Http2Pool>,
    slot_index: usize,
    /// The turn of the slot, which selects its connection.
    turn: usize,
    keepalive: bool,
    connection: Option<Rc<Http2Connection>>,
    exchange: Rc<Http2Exchange>,
    /// The last hit that is known to have waited for a stream.
    noted_wait: Cell<Option<u64>>,
}

/// Facts about a body that was read to its end.
#[derive(Debug, Default)]
pub(crate) struct BodyReadStats {
    pub(crate) bytes: u64,
    /// True if the body did not arrive together with the head.
    pub(crate) waited: bool,
    /// True if the response came before the request was sent as a whole.
    pub(crate) upload_cut_short: bool,
}

/// The reason for which a hit got no answer on a connection.
enum SendFailure {
    Stream(StreamFailure),
    /// No head of a response came in time.
    TimedOut,
}

impl From<StreamFailure> for SendFailure {
    fn from(failure: StreamFailure) -> Self {
        Self::Stream(failure)
    }
}

/// The result of sending a hit.
pub(crate) enum Http2SendResult {
    /// The head of the response has come, with this status.
    ResponseHead(u16),
    /// Nothing was sent: the target chose HTTP/1.1 for this connection.
    Http1Required(Box<Http1Connection>),
}

impl Http2Client {
    pub(crate) fn new(
        pool: Rc<Http2Pool>,
        keepalive: bool,
        response_interest: ResponseInterest,
        slot: &Slot,
    ) -> Self {
        let slot_index = slot.index() / slot.workers();
        pool.add_slot(slot_index);
        Self {
            pool,
            slot_index,
            turn: slot.turn(),
            keepalive,
            connection: None,
            exchange: Rc::new(Http2Exchange::new(response_interest)),
            noted_wait: Cell::new(None),
        }
    }

    /// Opens connections before the first hit: the slot's own, or all of them for a worker's first slot.
    ///
    /// Returns a connection if the target chose HTTP/1.1.
    pub(crate) async fn open(
        &mut self,
        connector: &PeerConnector,
        slot: &Slot,
    ) -> Result<Option<Box<Http1Connection>>, Failure> {
        // The first slot opens the other connections once, so that none of them can delay it again.
        let opens_others = self.slot_index == 0 && self.pool.begin_opening_others();
        let begun = Instant::now();
        let http1 = self.acquire(0, connector, slot).await?;
        if let Some(connection) = &self.connection {
            connection.discard_opening_traffic();
            if opens_others {
                let opening = self.pool.open_others(begun.elapsed(), connector, slot);
                opening.await;
            }
        }
        Ok(http1)
    }

    /// Sends a hit and waits for the head of its response, within `time_limit` once it is sent.
    ///
    /// If the target reports that it did not process the hit, sends it again on another connection.
    ///
    /// # Errors
    ///
    /// If there is no response.
    pub(crate) async fn send(
        &mut self,
        connector: &PeerConnector,
        request: &Http2Request,
        time_limit: Option<Duration>,
        hit: &Hit,
    ) -> Result<Http2SendResult, Failure> {
        let slot = hit.slot();
        let mut resends = 0;
        loop {
            let ready = self
                .connection
                .as_ref()
                .is_some_and(|connection| connection.is_ready());
            if !ready
                && let Some(connection) = Box::pin(self.acquire(resends, connector, slot)).await?
            {
                return Ok(Http2SendResult::Http1Required(connection));
            }
            let result = match self.wait_for_stream(hit).await {
                Ok(()) => self.send_once(request, time_limit, slot).await,
                Err(failure) => Err(SendFailure::Stream(failure)),
            };
            match result {
                Ok(status) => return Ok(Http2SendResult::ResponseHead(status)),
                Err(SendFailure::TimedOut) => return Err(failures::FIRST_BYTE_TIMEOUT),
                Err(SendFailure::Stream(StreamFailure::Refused)) => {
                    slot.count("streams_refused", 1);
                    if resends == MAX_RESENDS {
                        return Err(STREAM_REFUSED);
                    }
                }
                Err(SendFailure::Stream(StreamFailure::Unsent)) if resends < MAX_RESENDS => {
                    tracing::debug!("the connection was closed before the hit");
                }
                Err(SendFailure::Stream(failure)) => return Err(self.hit_failure(failure)),
            }
            resends += 1;
            self.release();
        }
    }

    /// Waits for a stream if none is free.
    async fn wait_for_stream(&self, hit: &Hit) -> Result<(), StreamFailure> {
        let connection = self.connection.as_ref().ok_or(StreamFailure::Unsent)?;
        connection.name_peer(hit.slot());
        if connection.queue_if_full(&self.exchange) {
            // A hit waits at most once for the limit, also if it is sent again or redirected.
            let noted = self.noted_wait.replace(Some(hit.number()));
            if self.pool.limits_connections() && noted != Some(hit.number()) {
                hit.waited_for("connections");
            }
            self.stream_granted().await?;
            hit.mark("stream_wait");
        }
        Ok(())
    }

    /// Waits for the stream that the hit was queued for.
    async fn stream_granted(&self) -> Result<(), StreamFailure> {
        poll_fn(|cx| self.exchange.poll_event(cx)).await.map(drop)
    }

    /// Sends a hit for which a stream is free, and waits for the head of its response.
    async fn send_once(
        &self,
        request: &Http2Request,
        time_limit: Option<Duration>,
        slot: &Slot,
    ) -> Result<u16, SendFailure> {
        let connection = self.connection.as_ref().ok_or(StreamFailure::Unsent)?;
        connection.send(&self.exchange, request)?;
        connection.begin_hit(self.pool.lifetime());
        let received = match time_limit {
            None => self.response_head().await,
            // Dropping the session after the failure resets the stream.
            Some(time_limit) => {
                // Boxed: the limit is rare, and the future would be larger for every hit.
                Box::pin(tokio::time::timeout(time_limit, self.response_head()))
                    .await
                    .map_err(|_| SendFailure::TimedOut)?
            }
        };
        match received {
            Ok(_) => connection.count_answer(slot),
            Err(StreamFailure::Refused | StreamFailure::Unsent) => connection.take_back_hit(),
            Err(_) => {}
        }
        Ok(received?)
    }

    /// Waits for the head of the response; returns its status.
    async fn response_head(&self) -> Result<u16, StreamFailure> {
        loop {
            let event = poll_fn(|cx| self.exchange.poll_event(cx));
            if let Http2Event::Head(status) = event.await? {
                return Ok(status);
            }
        }
    }

    /// Passes the fields of the head to `read`; there are none if the heads of responses are not of
    /// interest.
    pub(crate) fn read_fields<T>(&self, read: impl FnOnce(&FieldList) -> T) -> T {
        self.exchange.read_fields(read)
    }

    /// Reads the body of the response to its end and passes each chunk to `on_chunk`, if the bodies of
    /// responses are of interest.
    ///
    /// # Errors
    ///
    /// If the body ends early, or `on_chunk` fails.
    pub(crate) async fn read(
        &mut self,
        mut on_chunk: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<BodyReadStats, Failure> {
        let mut stats = BodyReadStats::default();
        let exchange = &self.exchange;
        loop {
            let polled = poll_fn(|cx| {
                let polled = exchange.poll_event(cx);
                stats.waited |= polled.is_pending();
                polled
            });
            match polled.await {
                Ok(Http2Event::Body) => exchange.drain_body(&mut on_chunk)?,
                Ok(Http2Event::End) => break,
                Ok(_) => {}
                Err(failure) => return Err(self.hit_failure(failure)),
            }
        }
        stats.bytes = exchange.body_bytes();
        stats.upload_cut_short = exchange.upload_cut_short();
        Ok(stats)
    }

    fn hit_failure(&self, failure: StreamFailure) -> Failure {
        let connection = self.connection.as_ref();
        connection.map_or(Failure::CLOSED_EARLY, |connection| {
            connection.hit_failure(failure)
        })
    }

    /// Ends a hit; returns the bytes that the connection has sent and received since the previous
    /// response.
    pub(crate) fn finish_hit(&mut self) -> (u64, u64) {
        let bytes = self
            .connection
            .as_ref()
            .map(|connection| connection.take_unreported_traffic());
        if !self.keepalive
            && let Some(connection) = self.connection.take()
        {
            connection.close_as(ConnectionEnd::Planned);
        }
        bytes.unwrap_or_default()
    }

    /// Acquires the connection at `offset` from the slot's own; opens it if necessary.
    ///
    /// Returns a connection if the target chose HTTP/1.1.
    async fn acquire(
        &mut self,
        offset: usize,
        connector: &PeerConnector,
        slot: &Slot,
    ) -> Result<Option<Box<Http1Connection>>, Failure> {
        let acquired = if self.keepalive {
            self.pool
                .acquire(self.turn + offset, connector, slot)
                .await?
        } else {
            self.pool.open_unpooled(connector, slot).await?
        };
        match acquired {
            PooledConnection::Http1(connection) => Ok(Some(connection)),
            PooledConnection::Http2(connection) => {
                self.connection = Some(connection);
                Ok(None)
            }
        }
    }

    /// Cancels the hit in flight, which has failed, and releases the connection; without keep-alive,
    /// closes it.
    fn release(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.cancel(&self.exchange);
            if !self.keepalive {
                connection.close_after_failure();
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    /// Closes the connections of the worker, whose slots all close at the same time.
    pub(crate) async fn close(self) {
        self.pool.close().await;
    }
}

impl Drop for Http2Client {
    fn drop(&mut self) {
        self.release();
    }
}
