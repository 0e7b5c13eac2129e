//! Requests as frames.

use std::rc::Rc;

use bytes::Buf;

use super::super::exchange::{ExchangeState, Http2Exchange};
use super::super::frame::{self, END_STREAM, kind};
use super::super::request::Http2Request;
use super::Http2ProtocolState;

/// Bodies are turned into frames as long as less than this waits to be written.
const MAX_QUEUED_BODY_BYTES: usize = 256 * 1024;

/// The block of the head that was sent last.
#[derive(Debug, Default)]
pub(super) struct CachedHeaderBlock {
    /// None if it is not to be used again.
    cache_key: Option<u64>,
    generation: u64,
    block: Vec<u8>,
}

impl Http2ProtocolState {
    /// Sends a request, for which there is room.
    pub(in super::super) fn send_request(
        &mut self,
        exchange: &Rc<Http2Exchange>,
        request: &Http2Request,
    ) {
        let stream = self.next_stream;
        self.next_stream += 2;
        {
            let mut progress = exchange.borrow_progress();
            if progress.state == ExchangeState::StreamGranted {
                self.granted_streams -= 1;
            }
            progress.start(stream, request);
            progress.start_offset = self.written_bytes + self.out.len() as u64;
            progress.receive_window = i64::from(self.windows.stream);
            progress.send_window = i64::from(self.peer_settings.initial_window);
        }
        self.streams.insert(stream, exchange.clone());
        let flags = if request.body.is_empty() {
            END_STREAM
        } else {
            0
        };
        self.put_head(stream, flags, request);
        if !request.body.is_empty() {
            self.unsent_bodies.push_back(exchange.clone());
            self.queue_bodies();
        }
    }

    fn put_head(&mut self, stream: u32, flags: u8, request: &Http2Request) {
        let most = self.peer_settings.max_frame_size;
        let now = (request.cache_key, self.encoder.generation());
        if request.cache_key.is_none()
            || now != (self.cached_block.cache_key, self.cached_block.generation)
        {
            self.cached_block.block.clear();
            self.encoder
                .encode(&request.fields, &mut self.cached_block.block);
            let generation = self.encoder.generation();
            // A block that changed the tables is not what the same head will be next time.
            self.cached_block.cache_key = request.cache_key.filter(|_| generation == now.1);
            self.cached_block.generation = generation;
        }
        frame::put_header_block(&mut self.out, flags, stream, &self.cached_block.block, most);
    }

    /// Turns bodies into frames, as far as windows allow it and as the socket keeps up.
    pub(in super::super) fn queue_bodies(&mut self) {
        // Each stream in turn, until none of them can go on.
        let mut stuck = 0;
        while stuck < self.unsent_bodies.len()
            && self.send_window > 0
            && self.out.len() < MAX_QUEUED_BODY_BYTES
        {
            let Some(exchange) = self.unsent_bodies.pop_front() else {
                return;
            };
            let mut progress = exchange.borrow_progress();
            let window = self.send_window.min(progress.send_window);
            let most = usize::try_from(window)
                .unwrap_or(0)
                .min(self.peer_settings.max_frame_size);
            let bytes = progress.unsent_body.len().min(most);
            if bytes == 0 {
                stuck += 1;
                drop(progress);
                self.unsent_bodies.push_back(exchange);
                continue;
            }
            stuck = 0;
            let is_last = bytes == progress.unsent_body.len();
            let flags = if is_last { END_STREAM } else { 0 };
            let (stream, piece) = (progress.stream_id, &progress.unsent_body[..bytes]);
            frame::put(&mut self.out, kind::DATA, flags, stream, piece);
            progress.unsent_body.advance(bytes);
            progress.send_window -= bytes as i64;
            self.send_window -= bytes as i64;
            self.flood_guard.record_progress();
            drop(progress);
            if !is_last {
                self.unsent_bodies.push_back(exchange);
            }
        }
    }
}
