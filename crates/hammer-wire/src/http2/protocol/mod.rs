//! The protocol state of an HTTP/2 client (RFC 9113), without a socket.

mod goaway;
mod output_buffer;
mod receive;
mod receive_control;
mod receive_response;
mod send;
mod settings;
mod stream_map;

use std::collections::VecDeque;
use std::rc::Rc;

use super::connection_error::Http2ConnectionError;
use super::error_code::Http2ErrorCode;
use super::exchange::{ExchangeState, Http2Exchange};
use super::flood_guard::FloodGuard;
use super::flow_control::FlowControlWindows;
use super::frame;
use super::hpack::{HpackDecoder, HpackEncoder};
use super::stream_failure::StreamFailure;

pub use self::goaway::ReceivedGoaway;
use self::output_buffer::OutputBuffer;
use self::receive_response::PartialHeaderBlock;
use self::send::CachedHeaderBlock;
use self::settings::PeerSettings;
use self::stream_map::StreamMap;

/// The last stream identifier; after it, a connection is used up.
const LAST_STREAM: u32 = 0x7fff_ffff;

/// The state of a connection, as a client sees it: received bytes and requests go in, and bytes to send
/// and events come out.
///
/// Whoever has the socket writes [`output`](Self::output), and passes all received bytes to
/// [`receive`](Self::receive). Events arrive at the [`Http2Exchange`] of each request. Every method
/// may add output.
#[derive(Debug)]
pub struct Http2ProtocolState {
    out: OutputBuffer,
    /// True if an exchange was woken since the last time that the flag was taken.
    woke_exchanges: bool,
    /// True if the connection has ended.
    ended: bool,
    streams: StreamMap,
    next_stream: u32,
    /// Exchanges that were woken to use a stream that is reserved for them.
    granted: VecDeque<Rc<Http2Exchange>>,
    waiting: VecDeque<Rc<Http2Exchange>>,
    windows: FlowControlWindows,
    peer_settings: PeerSettings,
    encoder: HpackEncoder,
    cached_block: CachedHeaderBlock,
    decoder: HpackDecoder,
    /// A header block that has not fully arrived.
    partial_header_block: Option<PartialHeaderBlock>,
    send_window: i64,
    receive_window: i64,
    consumed: u32,
    /// Exchanges with unsent parts of a request body.
    unsent_bodies: VecDeque<Rc<Http2Exchange>>,
    goaway: Option<ReceivedGoaway>,
    flood_guard: FloodGuard,
}

impl Http2ProtocolState {
    /// Creates the state of a new connection, with the preface and settings to send.
    #[must_use]
    pub fn new(windows: FlowControlWindows) -> Self {
        let mut out = frame::PREFACE.to_vec();
        settings::put(&mut out, windows);
        let default = i64::from(settings::DEFAULT_WINDOW);
        let receive_window = default.max(i64::from(windows.connection));
        if let Ok(increment @ 1..) = u32::try_from(receive_window - default) {
            frame::put_window_update(&mut out, 0, increment);
        }
        Self {
            out: OutputBuffer::new(out),
            woke_exchanges: false,
            ended: false,
            streams: StreamMap::default(),
            next_stream: 1,
            granted: VecDeque::new(),
            waiting: VecDeque::new(),
            windows,
            peer_settings: PeerSettings::default(),
            encoder: HpackEncoder::new(),
            cached_block: CachedHeaderBlock::default(),
            decoder: HpackDecoder::new(),
            partial_header_block: None,
            send_window: default,
            receive_window,
            consumed: 0,
            unsent_bodies: VecDeque::new(),
            goaway: None,
            flood_guard: FloodGuard::new(),
        }
    }

    /// The bytes to write to the socket.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        self.out.unwritten()
    }

    /// Removes the first `bytes` of the output, which were written to the socket, and adds further parts
    /// of request bodies.
    pub fn record_written(&mut self, bytes: usize) {
        self.out.record_written(bytes);
        self.queue_bodies();
    }

    /// Returns true if an exchange may have an event since the last call.
    pub fn take_woke_exchanges(&mut self) -> bool {
        std::mem::take(&mut self.woke_exchanges)
    }

    /// Returns true once the settings of the peer have arrived.
    #[must_use]
    pub fn settings_received(&self) -> bool {
        self.peer_settings.received
    }

    /// Returns true if the peer allows extended CONNECT (RFC 8441).
    #[must_use]
    pub fn allows_extended_connect(&self) -> bool {
        self.peer_settings.extended_connect
    }

    /// Returns the GOAWAY of the peer, after which no request can be sent.
    #[must_use]
    pub fn goaway(&self) -> Option<&ReceivedGoaway> {
        self.goaway.as_ref()
    }

    /// Returns true if all stream identifiers are used up.
    #[must_use]
    pub fn streams_exhausted(&self) -> bool {
        self.next_stream > LAST_STREAM
    }

    /// Returns true if no request can be sent any more.
    #[must_use]
    pub fn refuses_requests(&self) -> bool {
        self.ended || self.goaway.is_some() || self.streams_exhausted()
    }

    /// Returns true if no exchange is in flight or waiting.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.streams.is_empty() && self.granted.is_empty() && self.waiting.is_empty()
    }

    /// Returns true if a stream is free for another exchange, and none waits for it.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.waiting.is_empty() && self.has_free_stream()
    }

    fn has_free_stream(&self) -> bool {
        self.streams.len() + self.granted.len() < self.peer_settings.max_streams
    }

    /// Queues an exchange for the next free stream.
    pub fn enqueue(&mut self, exchange: &Rc<Http2Exchange>) {
        exchange.borrow_progress().state = ExchangeState::Queued;
        self.waiting.push_back(exchange.clone());
    }

    /// Reserves free streams for the exchanges that wait for one.
    fn grant_streams(&mut self) {
        while self.has_free_stream() {
            let Some(exchange) = self.waiting.pop_front() else {
                return;
            };
            self.woke_exchanges = true;
            exchange
                .borrow_progress()
                .advance_to(ExchangeState::StreamGranted);
            self.granted.push_back(exchange);
        }
    }

    /// Takes back reserved streams that the peer no longer allows.
    fn revoke_streams(&mut self) {
        while self.streams.len() + self.granted.len() > self.peer_settings.max_streams {
            let Some(exchange) = self.granted.pop_back() else {
                return;
            };
            exchange.borrow_progress().state = ExchangeState::Queued;
            self.waiting.push_front(exchange);
        }
    }

    /// Abandons an exchange; its stream is reset if it has one.
    pub fn cancel(&mut self, exchange: &Rc<Http2Exchange>) {
        let mut progress = exchange.borrow_progress();
        let state = std::mem::replace(&mut progress.state, ExchangeState::Idle);
        let stream_id = progress.stream_id;
        drop(progress);
        match state {
            ExchangeState::Sent | ExchangeState::HeadReceived => {
                self.remove_stream(stream_id);
                self.flood_guard.expect_late_frames();
                frame::put_reset(self.out.frames(), stream_id, Http2ErrorCode::CANCEL);
            }
            ExchangeState::StreamGranted => {
                self.granted.retain(|other| !Rc::ptr_eq(other, exchange));
                self.grant_streams();
            }
            ExchangeState::Queued => self.waiting.retain(|other| !Rc::ptr_eq(other, exchange)),
            ExchangeState::Idle | ExchangeState::Complete | ExchangeState::Failed(_) => {}
        }
    }

    /// Removes a stream and returns its exchange.
    fn remove_stream(&mut self, stream_id: u32) -> Option<Rc<Http2Exchange>> {
        let exchange = self.streams.remove(&stream_id)?;
        if std::mem::take(&mut exchange.borrow_progress().in_send_queue) {
            self.unsent_bodies
                .retain(|other| !Rc::ptr_eq(other, &exchange));
        }
        self.grant_streams();
        Some(exchange)
    }

    /// Ends a stream with a failure.
    fn fail_stream(&mut self, stream_id: u32, failure: StreamFailure) {
        if let Some(exchange) = self.remove_stream(stream_id) {
            self.woke_exchanges = true;
            exchange
                .borrow_progress()
                .advance_to(ExchangeState::Failed(failure));
        }
    }

    /// Resets a stream and fails its exchange.
    fn reset_stream(&mut self, stream_id: u32, code: Http2ErrorCode, failure: StreamFailure) {
        self.flood_guard.expect_late_frames();
        frame::put_reset(self.out.frames(), stream_id, code);
        self.fail_stream(stream_id, failure);
    }

    /// Announces to the peer that the client shuts down the connection gracefully.
    pub fn put_goaway(&mut self) {
        frame::put_goaway(self.out.frames(), Http2ErrorCode::NO_ERROR);
    }

    /// Ends the connection and fails all exchanges; `error` is the one that [`receive`](Self::receive)
    /// returned, if any.
    pub fn end(&mut self, error: Option<Http2ConnectionError>) {
        self.ended = true;
        if let Some(error) = error {
            frame::put_goaway(self.out.frames(), error.code());
        }
        let failure = match (error, &self.goaway) {
            (Some(error), _) => StreamFailure::ConnectionError(error),
            (None, Some(goaway)) => StreamFailure::GoneAway(goaway.code()),
            (None, None) => StreamFailure::ConnectionLost,
        };
        self.unsent_bodies.clear();
        let queued = std::mem::take(&mut self.waiting).into_iter();
        for exchange in queued.chain(std::mem::take(&mut self.granted)) {
            let state = ExchangeState::Failed(StreamFailure::Unsent);
            exchange.borrow_progress().advance_to(state);
        }
        for exchange in std::mem::take(&mut self.streams).into_values() {
            let mut progress = exchange.borrow_progress();
            progress.in_send_queue = false;
            let unsent = progress.start_offset >= self.out.total_written();
            let failure = if unsent {
                StreamFailure::Unsent
            } else {
                failure
            };
            progress.advance_to(ExchangeState::Failed(failure));
        }
    }
}
