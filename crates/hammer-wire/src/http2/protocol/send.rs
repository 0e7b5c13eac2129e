//! Turns requests into frames.

use std::rc::Rc;

use bytes::Bytes;

use super::super::error_code::Http2ErrorCode;
use super::super::exchange::{ExchangeProgress, ExchangeState, Http2Exchange};
use super::super::frame::{self, END_STREAM, kind};
use super::super::hpack::FieldIndexing;
use super::super::outgoing_body::AfterPiece;
use super::super::request::{Http2Request, RequestForm};
use super::super::stream_failure::StreamFailure;
use super::Http2ProtocolState;
use crate::FieldList;

/// The size of the output buffer above which no more body bytes are queued.
const MAX_QUEUED_BODY_BYTES: usize = 256 * 1024;

/// The size of a body frame. Peers may allow 16 MiB, during which other streams would wait.
const MAX_PIECE_BYTES: usize = 64 * 1024;

/// The encoded head of the last request, for the same head next time.
#[derive(Debug, Default)]
pub(super) struct CachedHeaderBlock {
    /// The hash of the fields, or `None` if the block cannot be reused.
    cache_key: Option<u64>,
    generation: u64,
    block: Vec<u8>,
}

impl Http2ProtocolState {
    /// Queues a request on a free stream, or on the stream that the exchange was granted.
    ///
    /// # Errors
    ///
    /// - [`StreamFailure::Unsent`] if the connection accepts no requests, or has no free stream
    /// - [`StreamFailure::ExtendedConnectNotAllowed`]
    pub fn send_request(
        &mut self,
        exchange: &Rc<Http2Exchange>,
        request: &Http2Request,
    ) -> Result<(), StreamFailure> {
        if self.refuses_requests() {
            return Err(StreamFailure::Unsent);
        }
        if request.form == RequestForm::ExtendedConnect && !self.allows_extended_connect() {
            return Err(StreamFailure::ExtendedConnectNotAllowed);
        }
        let mut progress = exchange.borrow_progress();
        if progress.state == ExchangeState::StreamGranted {
            self.granted.retain(|other| !Rc::ptr_eq(other, exchange));
        } else if !self.has_room() {
            return Err(StreamFailure::Unsent);
        }
        let stream_id = self.next_stream;
        self.next_stream += 2;
        progress.start(stream_id, request);
        progress.start_offset = self.out.end_position();
        progress.receive_window = i64::from(self.windows.stream);
        progress.send_window = i64::from(self.peer_settings.initial_window);
        drop(progress);
        self.streams.insert(stream_id, exchange.clone());
        let flags = if request.ends_with_head() {
            END_STREAM
        } else {
            0
        };
        self.put_request_head(stream_id, flags, request);
        if !request.body().is_empty() {
            self.queue_exchange(exchange);
        }
        Ok(())
    }

    fn put_request_head(&mut self, stream_id: u32, flags: u8, request: &Http2Request) {
        let max_payload = self.peer_settings.max_frame_size;
        let generation_before = self.encoder.generation();
        let cached = &self.cached_block;
        if request.cache_key().is_none()
            || request.cache_key() != cached.cache_key
            || generation_before != cached.generation
        {
            self.cached_block.block.clear();
            self.encoder
                .encode(request.fields(), &mut self.cached_block.block);
            let generation = self.encoder.generation();
            // If encoding changed the table, the same head gets a different block next time.
            self.cached_block.cache_key = request
                .cache_key()
                .filter(|_| generation == generation_before);
            self.cached_block.generation = generation;
        }
        let block = &self.cached_block.block;
        frame::put_header_block(self.out.frames(), flags, stream_id, block, max_payload);
    }

    /// Sends a piece of a request body, or of the bytes of a tunnel.
    ///
    /// Pieces wait for credit and for the socket; [`Http2Event::NeedsBody`] says when all of them are
    /// sent. Nothing is sent if the request is not open, or no longer in flight.
    ///
    /// [`Http2Event::NeedsBody`]: super::super::Http2Event::NeedsBody
    pub fn send_data(&mut self, exchange: &Rc<Http2Exchange>, piece: Bytes) {
        let mut progress = exchange.borrow_progress();
        if progress.is_in_flight() && progress.outgoing.is_open() && !piece.is_empty() {
            progress.outgoing.push(piece);
            drop(progress);
            self.queue_exchange(exchange);
        }
    }

    /// Ends a request after the pieces of its body so far, or the client's direction of a tunnel.
    pub fn finish_request(&mut self, exchange: &Rc<Http2Exchange>) {
        self.finish(exchange, None);
    }

    /// Ends a request with trailers after the pieces of its body so far.
    ///
    /// Their names must be in lower case.
    pub fn finish_request_with_trailers(
        &mut self,
        exchange: &Rc<Http2Exchange>,
        trailers: FieldList,
    ) {
        self.finish(exchange, Some(Box::new(trailers)));
    }

    fn finish(&mut self, exchange: &Rc<Http2Exchange>, trailers: Option<Box<FieldList>>) {
        let mut progress = exchange.borrow_progress();
        if !progress.is_in_flight() || !progress.outgoing.is_open() {
            return;
        }
        match progress.outgoing.finish(trailers) {
            None | Some(AfterPiece::More) => return,
            Some(AfterPiece::End) => {
                frame::put(
                    self.out.frames(),
                    kind::DATA,
                    END_STREAM,
                    progress.stream_id,
                    &[],
                );
            }
            Some(AfterPiece::Trailers(trailers)) => {
                let stream_id = progress.stream_id;
                self.put_trailers(stream_id, &trailers);
            }
        }
        let (stream_id, is_over) = (progress.stream_id, progress.peer_ended);
        drop(progress);
        if is_over {
            self.end_tunnel(stream_id);
        }
    }

    /// Ends a stream whose tunnel has ended in both directions.
    fn end_tunnel(&mut self, stream_id: u32) {
        if let Some(exchange) = self.remove_stream(stream_id) {
            self.woke_exchanges = true;
            exchange.borrow_progress().complete();
        }
    }

    fn put_trailers(&mut self, stream_id: u32, trailers: &FieldList) {
        let mut block = Vec::new();
        let fields = trailers.iter();
        let fields = fields.map(|(name, value)| (name, value, FieldIndexing::NotIndexed));
        self.encoder.encode(fields, &mut block);
        let max_payload = self.peer_settings.max_frame_size;
        frame::put_header_block(
            self.out.frames(),
            END_STREAM,
            stream_id,
            &block,
            max_payload,
        );
    }

    /// Queues the unsent pieces of an exchange.
    fn queue_exchange(&mut self, exchange: &Rc<Http2Exchange>) {
        let was_queued = std::mem::replace(&mut exchange.borrow_progress().in_send_queue, true);
        if !was_queued {
            self.unsent_bodies.push_back(exchange.clone());
        }
        self.queue_bodies();
    }

    /// Queues body frames while the windows and the output buffer allow it.
    pub(super) fn queue_bodies(&mut self) {
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
            let is_blocked = !self.queue_piece(&mut progress);
            blocked = if is_blocked { blocked + 1 } else { 0 };
            progress.in_send_queue = !progress.outgoing.is_empty();
            let (stream_id, in_queue) = (progress.stream_id, progress.in_send_queue);
            let is_over = progress.peer_ended && progress.outgoing.is_sent();
            drop(progress);
            if in_queue {
                self.unsent_bodies.push_back(exchange);
            } else if is_over {
                self.end_tunnel(stream_id);
            }
        }
    }

    /// Queues a frame of a body; returns false if its stream has no credit.
    fn queue_piece(&mut self, progress: &mut ExchangeProgress) -> bool {
        let window = self.send_window.min(progress.send_window);
        let max_bytes = usize::try_from(window)
            .unwrap_or(0)
            .min(self.peer_settings.max_frame_size)
            .min(MAX_PIECE_BYTES);
        let stream_id = progress.stream_id;
        let piece = progress.outgoing.first();
        let bytes = piece.len().min(max_bytes);
        if bytes == 0 {
            return false;
        }
        let header_at = self.out.frames().len();
        frame::put(self.out.frames(), kind::DATA, 0, stream_id, &piece[..bytes]);
        progress.send_window -= bytes as i64;
        self.send_window -= bytes as i64;
        self.flood_guard.record_sent_data(bytes);
        match progress.outgoing.advance(bytes) {
            AfterPiece::More if progress.outgoing.is_empty() => {
                self.woke_exchanges = true;
                progress.request_body();
            }
            AfterPiece::More => {}
            AfterPiece::End => frame::set_flags(self.out.frames(), header_at, END_STREAM),
            AfterPiece::Trailers(trailers) => self.put_trailers(stream_id, &trailers),
        }
        true
    }

    /// Resets the stream of a response that is complete before the request is (RFC 9113, section 8.1).
    pub(super) fn abandon_upload(&mut self, stream_id: u32) {
        self.flood_guard.expect_late_frames();
        frame::put_reset(self.out.frames(), stream_id, Http2ErrorCode::CANCEL);
    }
}
