//! Turns requests into frames.

use std::rc::Rc;

use bytes::Buf;

use super::super::exchange::{ExchangeState, Http2Exchange};
use super::super::frame::{self, END_STREAM, kind};
use super::super::request::Http2Request;
use super::Http2ProtocolState;

/// The size of the output buffer above which no more body bytes are queued.
const MAX_QUEUED_BODY_BYTES: usize = 256 * 1024;

/// The encoded head of the last request, for the same head next time.
#[derive(Debug, Default)]
pub(super) struct CachedHeaderBlock {
    /// The hash of the fields, or `None` if the block cannot be reused.
    cache_key: Option<u64>,
    generation: u64,
    block: Vec<u8>,
}

impl Http2ProtocolState {
    /// Queues a request; a stream must be free.
    pub(in super::super) fn send_request(
        &mut self,
        exchange: &Rc<Http2Exchange>,
        request: &Http2Request,
    ) {
        let stream_id = self.next_stream;
        self.next_stream += 2;
        {
            let mut progress = exchange.borrow_progress();
            if progress.state == ExchangeState::StreamGranted {
                self.granted_streams -= 1;
            }
            progress.start(stream_id, request);
            progress.start_offset = self.written_bytes + self.out.len() as u64;
            progress.receive_window = i64::from(self.windows.stream);
            progress.send_window = i64::from(self.peer_settings.initial_window);
        }
        self.streams.insert(stream_id, exchange.clone());
        let flags = if request.body.is_empty() {
            END_STREAM
        } else {
            0
        };
        self.put_request_head(stream_id, flags, request);
        if !request.body.is_empty() {
            self.unsent_bodies.push_back(exchange.clone());
            self.queue_bodies();
        }
    }

    fn put_request_head(&mut self, stream_id: u32, flags: u8, request: &Http2Request) {
        let max_payload = self.peer_settings.max_frame_size;
        let generation_before = self.encoder.generation();
        let cached = &self.cached_block;
        if request.cache_key.is_none()
            || request.cache_key != cached.cache_key
            || generation_before != cached.generation
        {
            self.cached_block.block.clear();
            self.encoder
                .encode(&request.fields, &mut self.cached_block.block);
            let generation = self.encoder.generation();
            // If encoding changed the table, the same head gets a different block next time.
            self.cached_block.cache_key = request
                .cache_key
                .filter(|_| generation == generation_before);
            self.cached_block.generation = generation;
        }
        let block = &self.cached_block.block;
        frame::put_header_block(&mut self.out, flags, stream_id, block, max_payload);
    }

    /// Queues body frames while the windows and the output buffer allow it.
    pub(in super::super) fn queue_bodies(&mut self) {
        // Takes the streams in turn until none can proceed.
        let mut blocked = 0;
        while blocked < self.unsent_bodies.len()
            && self.send_window > 0
            && self.out.len() < MAX_QUEUED_BODY_BYTES
        {
            let Some(exchange) = self.unsent_bodies.pop_front() else {
                return;
            };
            let mut progress = exchange.borrow_progress();
            let window = self.send_window.min(progress.send_window);
            let max_bytes = usize::try_from(window)
                .unwrap_or(0)
                .min(self.peer_settings.max_frame_size);
            let bytes = progress.unsent_body.len().min(max_bytes);
            if bytes == 0 {
                blocked += 1;
                drop(progress);
                self.unsent_bodies.push_back(exchange);
                continue;
            }
            blocked = 0;
            let is_last = bytes == progress.unsent_body.len();
            let flags = if is_last { END_STREAM } else { 0 };
            let (stream_id, chunk) = (progress.stream_id, &progress.unsent_body[..bytes]);
            frame::put(&mut self.out, kind::DATA, flags, stream_id, chunk);
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
