//! HTTP/2 as the client speaks it (RFC 9113): bytes go in, bytes come out. It knows no socket.

mod receive;
mod send;
mod settings;

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use super::code::{self, CANCEL};
use super::exchange::{Broken, Exchange, Stage};
use super::flood::Flood;
use super::frame;
use super::hpack::{Decoder, Encoder};
use super::options::Windows;

use self::receive::Block;
use self::send::Encoded;
use self::settings::Peer;

/// A stream's number is the connection's own; after this one a connection is used up.
const LAST_STREAM: u32 = 0x7fff_ffff;

/// The state of a connection.
#[derive(Debug)]
pub(super) struct Protocol {
    /// Frames to be written.
    pub(super) out: Vec<u8>,
    /// How many bytes were ever written out of it.
    written: u64,
    /// Whether a slot was woken since this was last asked.
    pub(super) has_woken: bool,
    streams: Streams,
    next_stream: u32,
    /// Streams that are kept for slots that were told so.
    granted: usize,
    waiting: VecDeque<Rc<Exchange>>,
    windows: Windows,
    peer: Peer,
    encoder: Encoder,
    encoded: Encoded,
    decoder: Decoder,
    /// A block of fields that is not whole.
    block: Option<Block>,
    send_window: i64,
    receive_left: i64,
    consumed: u32,
    /// Streams whose request has a body that is not sent.
    unsent: VecDeque<Rc<Exchange>>,
    goaway: Option<Goaway>,
    flood: Flood,
}

/// The peer's goodbye.
#[derive(Debug, Clone, Copy)]
struct Goaway {
    code: u32,
}

type Streams = HashMap<u32, Rc<Exchange>, BuildHasherDefault<StreamHasher>>;

/// Streams are numbered by ourselves, one after the other: nobody can choose numbers that collide.
#[derive(Debug, Default)]
struct StreamHasher(u64);

impl Hasher for StreamHasher {
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

impl Protocol {
    /// A connection that is about to say hello.
    pub(super) fn new(windows: Windows) -> Self {
        let mut out = frame::PREFACE.to_vec();
        settings::put(&mut out, windows);
        let default = i64::from(settings::DEFAULT_WINDOW);
        let receive_left = default.max(i64::from(windows.connection));
        if let Ok(more @ 1..) = u32::try_from(receive_left - default) {
            frame::put_window_update(&mut out, 0, more);
        }
        Self {
            out,
            written: 0,
            has_woken: false,
            streams: Streams::default(),
            next_stream: 1,
            granted: 0,
            waiting: VecDeque::new(),
            windows,
            peer: Peer::default(),
            encoder: Encoder::new(),
            encoded: Encoded::default(),
            decoder: Decoder::new(),
            block: None,
            send_window: default,
            receive_left,
            consumed: 0,
            unsent: VecDeque::new(),
            goaway: None,
            flood: Flood::new(),
        }
    }

    /// Whether the peer has said hello.
    pub(super) fn is_greeted(&self) -> bool {
        self.peer.greeted
    }

    /// Whether the peer has said goodbye.
    pub(super) fn is_leaving(&self) -> bool {
        self.goaway.is_some()
    }

    /// Whether all streams that it can have are used up.
    pub(super) fn is_used_up(&self) -> bool {
        self.next_stream > LAST_STREAM
    }

    /// Whether no hit is under way.
    pub(super) fn is_quiet(&self) -> bool {
        self.streams.is_empty() && self.granted == 0 && self.waiting.is_empty()
    }

    /// Whether another hit can be sent at once.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.is_empty() && self.streams.len() + self.granted < self.peer.max_streams
    }

    /// Keeps the next stream that comes free for a hit.
    pub(super) fn wait(&mut self, exchange: &Rc<Exchange>) {
        exchange.progress().stage = Stage::Queued;
        self.waiting.push_back(exchange.clone());
    }

    /// Gives streams that are free to those who wait for them.
    fn grant(&mut self) {
        while self.streams.len() + self.granted < self.peer.max_streams {
            let Some(next) = self.waiting.pop_front() else {
                return;
            };
            self.granted += 1;
            self.has_woken = true;
            next.progress().reach(Stage::Granted);
        }
    }

    /// A hit is given up by its slot.
    pub(super) fn cancel(&mut self, exchange: &Rc<Exchange>) {
        let mut progress = exchange.progress();
        let stage = std::mem::replace(&mut progress.stage, Stage::Idle);
        let stream = progress.stream;
        drop(progress);
        match stage {
            Stage::Sent | Stage::Head => {
                self.close(stream);
                self.flood.expect_late();
                frame::put_reset(&mut self.out, stream, CANCEL);
            }
            Stage::Granted => {
                self.granted -= 1;
                self.grant();
            }
            Stage::Queued => self.waiting.retain(|other| !Rc::ptr_eq(other, exchange)),
            Stage::Idle | Stage::Ended | Stage::Broken(_) => {}
        }
    }

    /// A stream is over; tells whose it was.
    fn close(&mut self, stream: u32) -> Option<Rc<Exchange>> {
        let exchange = self.streams.remove(&stream)?;
        if !exchange.progress().unsent.is_empty() {
            self.unsent.retain(|other| !Rc::ptr_eq(other, &exchange));
        }
        self.grant();
        Some(exchange)
    }

    /// A stream ends at `stage`, which its slot hears of.
    fn end(&mut self, stream: u32, stage: Stage) {
        if let Some(exchange) = self.close(stream) {
            self.has_woken = true;
            exchange.progress().reach(stage);
        }
    }

    /// A stream ends by our own decision.
    fn reset(&mut self, stream: u32, code: u32, broken: Broken) {
        self.flood.expect_late();
        frame::put_reset(&mut self.out, stream, code);
        self.end(stream, Stage::Broken(broken));
    }

    /// `bytes` of what is to be sent were handed to the socket.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.written += bytes as u64;
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
                code::goaway(goaway.code)
            }
            _ => failure,
        };
        self.unsent.clear();
        for waiting in std::mem::take(&mut self.waiting) {
            waiting.progress().reach(Stage::Broken(Broken::Unsent));
        }
        for exchange in std::mem::take(&mut self.streams).into_values() {
            let mut progress = exchange.progress();
            let unsent = progress.begin >= self.written;
            let broken = if unsent {
                Broken::Unsent
            } else {
                Broken::Failed(failure)
            };
            progress.reach(Stage::Broken(broken));
        }
    }
}
