//! An HTTP/1.1 connection, read and written in the task of its slot.

mod exchange;
mod request_sender;
mod stray;

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use hammer_core::{Failure, Peer, Slot};
use hammer_net::{NetworkStream, OpenedConnection, SocketTraffic};
use hammer_wire::http1::{ResponseDecoder, ResponseSink};
use tokio::io::AsyncWrite;
use tokio::time::{Sleep, sleep_until};

use self::exchange::Http1Exchange;
use super::lifetime::{ConnectionEnd, ConnectionUsage};
use super::read_buffer::WorkerReadBuffer;
use super::read_turn::ReadTurn;
use crate::failures;
use crate::request::http1::OutgoingRequest;

/// A connection that was idle for this long may have been closed for that reason.
const MIN_IDLE_TIME: Duration = Duration::from_millis(100);

/// The memory for incomplete heads that a connection keeps between hits.
const MAX_KEPT_BYTES: usize = 4096;

/// An open HTTP/1.1 connection of one slot.
pub(crate) struct Http1Connection {
    stream: NetworkStream,
    decoder: ResponseDecoder,
    read_buffer: Rc<WorkerReadBuffer>,
    /// The bytes of a head that has not fully arrived.
    partial: Vec<u8>,
    turn: ReadTurn,
    traffic: Rc<SocketTraffic>,
    /// The address at the other end.
    pub(crate) peer: Option<Peer>,
    pub(crate) usage: ConnectionUsage,
    /// The time of the last response.
    last_response: Instant,
    /// The timer for the heads of responses, if they have a time limit.
    timer: Option<Pin<Box<Sleep>>>,
}

/// The end of a hit over HTTP/1.1 without a response.
pub(crate) enum Http1Failure {
    /// The connection had ended before a byte was sent.
    Unsent(ConnectionEnd),
    /// The hit failed.
    Failed(Failure, ConnectionEnd),
}

/// Facts about a complete response.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ExchangeSummary {
    pub(crate) body_bytes: u64,
    /// True if the response did not arrive together with its head.
    pub(crate) waited_for_body: bool,
    /// True if the response came before the request was sent as a whole.
    pub(crate) upload_cut_short: bool,
    /// The end of the connection, unless it can take another request.
    pub(crate) connection_end: Option<ConnectionEnd>,
}

impl Http1Connection {
    /// Starts HTTP/1.1 on a connection that was just opened.
    pub(crate) fn new(opened: OpenedConnection, slot: &Slot) -> Self {
        let OpenedConnection {
            stream,
            traffic,
            peer,
        } = opened;
        Self {
            stream,
            decoder: ResponseDecoder::new(),
            read_buffer: slot.worker_local(WorkerReadBuffer::default),
            partial: Vec::new(),
            turn: ReadTurn::default(),
            traffic,
            peer,
            usage: ConnectionUsage::opened(slot),
            last_response: Instant::now(),
            timer: None,
        }
    }

    /// Bytes sent and received since the connection was opened.
    pub(crate) fn traffic(&self) -> (u64, u64) {
        (self.traffic.sent.get(), self.traffic.received.get())
    }

    /// Returns true if a key of TLS can soon seal no more records.
    pub(crate) fn is_near_key_limit(&self) -> bool {
        self.stream.is_near_key_limit()
    }

    /// Sends a request and passes the response to `sink`; the head within `time_limit`, if given.
    ///
    /// `kept` is true if the connection was open before the hit. The connection cannot be used again after
    /// a failure.
    pub(crate) async fn exchange<S: ResponseSink<Error = Failure>>(
        &mut self,
        request: OutgoingRequest<'_>,
        sink: &mut S,
        time_limit: Option<Duration>,
        kept: bool,
        slot: &Slot,
    ) -> Result<ExchangeSummary, Http1Failure> {
        if kept && let Some(end) = self.idle_end() {
            return Err(Http1Failure::Unsent(end));
        }
        self.decoder.begin(request.kind);
        let mut exchange = Http1Exchange::new(self, request, sink, time_limit, kept, slot);
        let result = poll_fn(|cx| exchange.poll(cx)).await;
        let summary = exchange.summary();
        self.last_response = slot.last_mark();
        match result {
            Ok(()) => {
                self.usage.count_hit(slot);
                Ok(summary)
            }
            Err(failure) => {
                let end = summary.connection_end.unwrap_or(ConnectionEnd::Dropped);
                Err(Http1Failure::Failed(failure, end))
            }
        }
    }

    /// Forgets the bytes of an incomplete head, and keeps a little of their memory.
    fn release_partial(&mut self) {
        self.partial.clear();
        self.partial.shrink_to(MAX_KEPT_BYTES);
    }

    /// Sets the timer to end after `limit`.
    fn set_timer(&mut self, limit: Duration) {
        let deadline = tokio::time::Instant::now() + limit;
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        timer.as_mut().reset(deadline);
    }

    /// The end of the connection since the last response: the target closed it, or has sent bytes that
    /// belong to no response.
    fn idle_end(&mut self) -> Option<ConnectionEnd> {
        match self.stream.try_read(&mut [0; 256]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            Ok(1..) => {
                tracing::debug!("bytes after the end of a response");
                Some(ConnectionEnd::Dropped)
            }
            Ok(0) | Err(_) => {
                tracing::debug!("the target closed an idle connection");
                Some(ConnectionEnd::ByTarget)
            }
        }
    }

    /// The failure of a hit over a kept connection that ended before a byte of the response.
    ///
    /// `failure` is that of a connection that was not idle.
    fn idle_failure(&self, failure: Failure, slot: &Slot) -> Failure {
        let sent = slot.last_mark();
        let idle = sent.saturating_duration_since(self.last_response);
        if idle < MIN_IDLE_TIME {
            return failure;
        }
        failures::IDLE_CLOSE
    }

    /// Closes the connection without waiting for the target.
    pub(crate) fn close(mut self, end: ConnectionEnd) {
        self.usage.end(end);
        let mut context = Context::from_waker(Waker::noop());
        // Sends the end of TLS, if the socket accepts it at once.
        let _ = Pin::new(&mut self.stream).poll_shutdown(&mut context);
    }
}
