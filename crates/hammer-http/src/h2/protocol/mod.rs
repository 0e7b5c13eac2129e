//! HTTP/2 as the client speaks it (RFC 9113): bytes go in, bytes come out. It knows no socket.

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

/// A stream's number is the connection's own; after this one a connection is used up.
const LAST_STREAM: u32 = 0x7fff_ffff;

/// The state of a connection.
#[derive(Debug)]
pub(super) struct Http2ProtocolState {
    /// Frames to be written.
    pub(super) out: Vec<u8>,
    /// How many bytes were ever written out of it.
    written_bytes: u64,
    /// Whether a slot was woken since this was last asked.
    pub(super) woke_slots: bool,
    streams: StreamMap,
    next_stream: u32,
    /// Streams that are kept for slots that were told so.
    granted_streams: usize,
    waiting: VecDeque<Rc<Http2Exchange>>,
    windows: FlowControlWindows,
    peer_settings: PeerSettings,
    encoder: HpackEncoder,
    cached_block: CachedHeaderBlock,
    decoder: HpackDecoder,
    /// A block of fields that is not whole.
    partial_header_block: Option<PartialHeaderBlock>,
    send_window: i64,
    receive_window: i64,
    consumed: u32,
    /// Streams whose request has a body that is not sent.
    unsent_bodies: VecDeque<Rc<Http2Exchange>>,
    goaway: Option<GoawayFrame>,
    flood_guard: FloodGuard,
}

/// The peer's goodbye.
#[derive(Debug, Clone, Copy)]
struct GoawayFrame {
    code: u32,
}

type StreamMap = HashMap<u32, Rc<Http2Exchange>, BuildHasherDefault<StreamIdHasher>>;

/// Streams are numbered by ourselves, one after the other: nobody can choose numbers that collide.
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
        // Fibonacci hashing: the table looks at the lowest bits and at the highest ones.
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Http2ProtocolState {
    /// A connection that is about to say hello.
    pub(super) fn new(windows: FlowControlWindows) -> Self {
        let mut out = frame::PREFACE.to_vec();
        settings::put(&mut out, windows);
        let default = i64::from(settings::DEFAULT_WINDOW);
        let receive_window = default.max(i64::from(windows.connection));
        if let Ok(more @ 1..) = u32::try_from(receive_window - default) {
            frame::put_window_update(&mut out, 0, more);
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

    /// Whether the peer has said hello.
    pub(super) fn settings_received(&self) -> bool {
        self.peer_settings.received
    }

    /// Whether the peer has said goodbye.
    pub(super) fn received_goaway(&self) -> bool {
        self.goaway.is_some()
    }

    /// Whether all streams that it can have are used up.
    pub(super) fn streams_exhausted(&self) -> bool {
        self.next_stream > LAST_STREAM
    }

    /// Whether no hit is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.streams.is_empty() && self.granted_streams == 0 && self.waiting.is_empty()
    }

    /// Whether another hit can be sent at once.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.is_empty()
            && self.streams.len() + self.granted_streams < self.peer_settings.max_streams
    }

    /// Keeps the next stream that comes free for a hit.
    pub(super) fn enqueue(&mut self, exchange: &Rc<Http2Exchange>) {
        exchange.borrow_progress().state = ExchangeState::Queued;
        self.waiting.push_back(exchange.clone());
    }

    /// Gives streams that are free to those who wait for them.
    fn grant_streams(&mut self) {
        while self.streams.len() + self.granted_streams < self.peer_settings.max_streams {
            let Some(next) = self.waiting.pop_front() else {
                return;
            };
            self.granted_streams += 1;
            self.woke_slots = true;
            next.borrow_progress()
                .advance_to(ExchangeState::StreamGranted);
        }
    }

    /// A hit is given up by its slot.
    pub(super) fn cancel(&mut self, exchange: &Rc<Http2Exchange>) {
        let mut progress = exchange.borrow_progress();
        let stage = std::mem::replace(&mut progress.state, ExchangeState::Idle);
        let stream = progress.stream_id;
        drop(progress);
        match stage {
            ExchangeState::Sent | ExchangeState::HeadReceived => {
                self.remove_stream(stream);
                self.flood_guard.expect_late_frames();
                frame::put_reset(&mut self.out, stream, CANCEL);
            }
            ExchangeState::StreamGranted => {
                self.granted_streams -= 1;
                self.grant_streams();
            }
            ExchangeState::Queued => self.waiting.retain(|other| !Rc::ptr_eq(other, exchange)),
            ExchangeState::Idle | ExchangeState::Complete | ExchangeState::Failed(_) => {}
        }
    }

    /// A stream is over; tells whose it was.
    fn remove_stream(&mut self, stream: u32) -> Option<Rc<Http2Exchange>> {
        let exchange = self.streams.remove(&stream)?;
        if !exchange.borrow_progress().unsent_body.is_empty() {
            self.unsent_bodies
                .retain(|other| !Rc::ptr_eq(other, &exchange));
        }
        self.grant_streams();
        Some(exchange)
    }

    /// A stream ends at `stage`, which its slot hears of.
    fn end_stream(&mut self, stream: u32, stage: ExchangeState) {
        if let Some(exchange) = self.remove_stream(stream) {
            self.woke_slots = true;
            exchange.borrow_progress().advance_to(stage);
        }
    }

    /// A stream ends by our own decision.
    fn reset_stream(&mut self, stream: u32, code: u32, broken: StreamFailure) {
        self.flood_guard.expect_late_frames();
        frame::put_reset(&mut self.out, stream, code);
        self.end_stream(stream, ExchangeState::Failed(broken));
    }

    /// `bytes` of what is to be sent were handed to the socket.
    pub(super) fn record_written(&mut self, bytes: usize) {
        self.written_bytes += bytes as u64;
        if bytes == self.out.len() {
            self.out.clear();
        } else {
            self.out.drain(..bytes);
        }
    }

    /// The connection is over: so are all hits on it.
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
            let broken = if unsent {
                StreamFailure::Unsent
            } else {
                StreamFailure::Failed(failure)
            };
            progress.advance_to(ExchangeState::Failed(broken));
        }
    }
}
