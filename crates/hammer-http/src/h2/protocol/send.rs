//! Requests as frames.

use std::rc::Rc;

use bytes::Buf;

use super::super::exchange::{Exchange, Stage};
use super::super::frame::{self, END_STREAM, kind};
use super::super::request::Request;
use super::Protocol;

/// Bodies are turned into frames as long as less than this waits to be written.
const MOST_BODY_BYTES: usize = 256 * 1024;

/// The block of the head that was sent last.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    /// None if it is not to be used again.
    key: Option<u64>,
    generation: u64,
    block: Vec<u8>,
}

impl Protocol {
    /// Sends a request, for which there is room.
    pub(in super::super) fn begin(&mut self, exchange: &Rc<Exchange>, request: &Request) {
        let stream = self.next_stream;
        self.next_stream += 2;
        {
            let mut progress = exchange.progress();
            if progress.stage == Stage::Granted {
                self.granted -= 1;
            }
            progress.begin(stream, request);
            progress.begin = self.written + self.out.len() as u64;
            progress.receive_left = i64::from(self.windows.stream);
            progress.send_window = i64::from(self.peer.window);
        }
        self.streams.insert(stream, exchange.clone());
        let flags = if request.body.is_empty() {
            END_STREAM
        } else {
            0
        };
        self.put_head(stream, flags, request);
        if !request.body.is_empty() {
            self.unsent.push_back(exchange.clone());
            self.pump();
        }
    }

    fn put_head(&mut self, stream: u32, flags: u8, request: &Request) {
        let most = self.peer.max_payload;
        let now = (request.key, self.encoder.generation());
        if request.key.is_none() || now != (self.encoded.key, self.encoded.generation) {
            self.encoded.block.clear();
            self.encoder
                .encode(&request.fields, &mut self.encoded.block);
            let generation = self.encoder.generation();
            // A block that changed the tables is not what the same head will be next time.
            self.encoded.key = request.key.filter(|_| generation == now.1);
            self.encoded.generation = generation;
        }
        frame::put_block(&mut self.out, flags, stream, &self.encoded.block, most);
    }

    /// Turns bodies into frames, as far as windows allow it and as the socket keeps up.
    pub(in super::super) fn pump(&mut self) {
        // Each stream in turn, until none of them can go on.
        let mut stuck = 0;
        while stuck < self.unsent.len() && self.send_window > 0 && self.out.len() < MOST_BODY_BYTES
        {
            let Some(exchange) = self.unsent.pop_front() else {
                return;
            };
            let mut progress = exchange.progress();
            let window = self.send_window.min(progress.send_window);
            let most = usize::try_from(window)
                .unwrap_or(0)
                .min(self.peer.max_payload);
            let bytes = progress.unsent.len().min(most);
            if bytes == 0 {
                stuck += 1;
                drop(progress);
                self.unsent.push_back(exchange);
                continue;
            }
            stuck = 0;
            let is_last = bytes == progress.unsent.len();
            let flags = if is_last { END_STREAM } else { 0 };
            let (stream, piece) = (progress.stream, &progress.unsent[..bytes]);
            frame::put(&mut self.out, kind::DATA, flags, stream, piece);
            progress.unsent.advance(bytes);
            progress.send_window -= bytes as i64;
            self.send_window -= bytes as i64;
            self.flood.progress();
            drop(progress);
            if !is_last {
                self.unsent.push_back(exchange);
            }
        }
    }
}
