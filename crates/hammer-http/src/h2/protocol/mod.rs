//! The protocol state of an HTTP/2 client (RFC 9113), without a socket.

mod receive;
mod send;
mod settings;

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use super::error_code::{self, CANCEL};
use super::exchange::{ExchangeState, Http2Exchange, StreamFailure};
use super::flood_guard::FloodGuard;
use super::flow_control::FlowControlWindows;
use super::frame;
use super::hpack::{HpackDecoder, HpackEncoder};

use self::receive::PartialHeaderBlock;
use self::send::CachedHeaderBlock;
use self::settings::PeerSettings;

/// The last stream identifier; after it, a connection is used up.
const LAST_STREAM: u32 = 0x7fff_ffff;

/// The protocol state of a connection: received bytes go in, frames to send come out.
#[derive(Debug)]
pub(super) struct Http2ProtocolState {
    /// The frames to write.
    pub(super) out: Vec<u8>,
    /// The number of bytes of `out` written so far.
    written_bytes: u64,
    /// True if a slot was woken since the driver last cleared it.
    pub(super) woke_slots: bool,
    streams: StreamMap,
    next_stream: u32,
    /// The number of streams reserved for slots that were woken to use them.
    granted_streams: usize,
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
    /// Hits whose request body is not fully sent.
    unsent_bodies: VecDeque<Rc<Http2Exchange>>,
    goaway: Option<GoawayFrame>,
    flood_guard: FloodGuard,
}

/// The GOAWAY of the peer.
#[derive(Debug, Clone, Copy)]
struct GoawayFrame {
    code: u32,
}

type StreamMap = HashMap<u32, Rc<Http2Exchange>, BuildHasherDefault<StreamIdHasher>>;

/// Hashes stream identifiers; the client assigns them in sequence, so the peer cannot force collisions.
#[derive(Debug, Default)]
struct StreamIdHasher(u64);

impl Hasher for StreamIdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        // Fibonacci hashing: the hash map uses the lowest and the highest bits.
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Http2ProtocolState {
    /// Creates the state of a new connection, with the preface and settings to send.
    pub(super) fn new(windows: FlowControlWindows) -> Self {
        let mut out = frame::PREFACE.to_vec();
        settings::put(&mut out, windows);
        let default = i64::from(settings::DEFAULT_WINDOW);
        let receive_window = default.max(i64::from(windows.connection));
        if let Ok(increment @ 1..) = u32::try_from(receive_window - default) {
            frame::put_window_update(&mut out, 0, increment);
        }
        Self {
            out,
            written_bytes: 0,
            woke_slots: false,
            streams: StreamMap::default(),
            next_stream: 1,
            granted_streams: 0,
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

    /// Returns true once the settings of the peer have arrived.
    pub(super) fn settings_received(&self) -> bool {
        self.peer_settings.received
    }

    /// Returns true if the peer has sent GOAWAY.
    pub(super) fn received_goaway(&self) -> bool {
        self.goaway.is_some()
    }

    /// Returns true if all stream identifiers are used up.
    pub(super) fn streams_exhausted(&self) -> bool {
        self.next_stream > LAST_STREAM
    }

    /// Returns true if no hit is in flight or waiting.
    pub(super) fn is_idle(&self) -> bool {
        self.streams.is_empty() && self.granted_streams == 0 && self.waiting.is_empty()
    }

    /// Returns true if a stream is free for another hit.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.is_empty()
            && self.streams.len() + self.granted_streams < self.peer_settings.max_streams
    }

    /// Queues a hit for the next free stream.
    pub(super) fn enqueue(&mut self, exchange: &Rc<Http2Exchange>) {
        exchange.borrow_progress().state = ExchangeState::Queued;
        self.waiting.push_back(exchange.clone());
    }

    /// Reserves free streams for the hits that wait for one.
    fn grant_streams(&mut self) {
        while self.streams.len() + self.granted_streams < self.peer_settings.max_streams {
            let Some(exchange) = self.waiting.pop_front() else {
                return;
            };
            self.granted_streams += 1;
            self.woke_slots = true;
            exchange
                .borrow_progress()
                .advance_to(ExchangeState::StreamGranted);
        }
    }

    /// Abandons a hit; its stream is reset if it has one.
    pub(super) fn cancel(&mut self, exchange: &Rc<Http2Exchange>) {
        let mut progress = exchange.borrow_progress();
        let state = std::mem::replace(&mut progress.state, ExchangeState::Idle);
        let stream_id = progress.stream_id;
        drop(progress);
        match state {
            ExchangeState::Sent | ExchangeState::HeadReceived => {
                self.remove_stream(stream_id);
                self.flood_guard.expect_late_frames();
                frame::put_reset(&mut self.out, stream_id, CANCEL);
            }
            ExchangeState::StreamGranted => {
                self.granted_streams -= 1;
                self.grant_streams();
            }
            ExchangeState::Queued => self.waiting.retain(|other| !Rc::ptr_eq(other, exchange)),
            ExchangeState::Idle | ExchangeState::Complete | ExchangeState::Failed(_) => {}
        }
    }

    /// Removes a stream and returns its exchange.
    fn remove_stream(&mut self, stream_id: u32) -> Option<Rc<Http2Exchange>> {
        let exchange = self.streams.remove(&stream_id)?;
        if !exchange.borrow_progress().unsent_body.is_empty() {
            self.unsent_bodies
                .retain(|other| !Rc::ptr_eq(other, &exchange));
        }
        self.grant_streams();
        Some(exchange)
    }

    /// Ends a stream in `state` and wakes its slot.
    fn end_stream(&mut self, stream_id: u32, state: ExchangeState) {
        if let Some(exchange) = self.remove_stream(stream_id) {
            self.woke_slots = true;
            exchange.borrow_progress().advance_to(state);
        }
    }

    /// Resets a stream and fails its hit.
    fn reset_stream(&mut self, stream_id: u32, code: u32, failure: StreamFailure) {
        self.flood_guard.expect_late_frames();
        frame::put_reset(&mut self.out, stream_id, code);
        self.end_stream(stream_id, ExchangeState::Failed(failure));
    }

    /// Removes `bytes` that were written to the socket.
    pub(super) fn record_written(&mut self, bytes: usize) {
        self.written_bytes += bytes as u64;
        if bytes == self.out.len() {
            self.out.clear();
        } else {
            self.out.drain(..bytes);
        }
    }

    /// Fails all hits, since the connection has ended.
    pub(super) fn end_all(&mut self, failure: hammer_core::Failure) {
        let failure = match self.goaway {
            Some(goaway) if failure == hammer_core::Failure::CLOSED_EARLY => {
                error_code::goaway_failure(goaway.code)
            }
            _ => failure,
        };
        self.unsent_bodies.clear();
        for waiting in std::mem::take(&mut self.waiting) {
            waiting
                .borrow_progress()
                .advance_to(ExchangeState::Failed(StreamFailure::Unsent));
        }
        for exchange in std::mem::take(&mut self.streams).into_values() {
            let mut progress = exchange.borrow_progress();
            let unsent = progress.start_offset >= self.written_bytes;
            let failure = if unsent {
                StreamFailure::Unsent
            } else {
                StreamFailure::Failed(failure)
            };
            progress.advance_to(ExchangeState::Failed(failure));
        }
    }
}
