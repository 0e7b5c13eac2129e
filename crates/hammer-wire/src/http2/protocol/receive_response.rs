//! Processes the frames of responses.

use super::super::connection_error::{Http2ConnectionError, Http2ConnectionErrorKind};
use super::super::error_code::Http2ErrorCode;
use super::super::exchange::ExchangeState;
use super::super::frame::{self, END_HEADERS, END_STREAM, FrameHeader};
use super::super::response_head::NullFieldSink;
use super::super::stream_failure::{MalformedResponse, StreamFailure};
use super::Http2ProtocolState;
use crate::{MAX_HEAD_BYTES, MAX_INTERIM_RESPONSES};

/// The limit for the CONTINUATION frames of a header block; peers rarely send any.
const MAX_CONTINUATIONS: u32 = 256;
/// The limit for an encoded header block: the longest Huffman code has four bytes.
const MAX_BLOCK_BYTES: usize = 4 * MAX_HEAD_BYTES;

/// A header block that has not fully arrived.
#[derive(Debug)]
pub(super) struct PartialHeaderBlock {
    stream_id: u32,
    ends_stream: bool,
    bytes: Vec<u8>,
    continuations: u32,
}

impl Http2ProtocolState {
    pub(super) fn receive_headers(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        self.check_stream_opened(header.stream_id)?;
        let content = header.strip_padding(payload);
        let content = content
            .ok_or_else(|| Http2ConnectionError::protocol("padding longer than the frame"))?;
        if header.has_flag(END_HEADERS) {
            return self.receive_block(header.stream_id, header.has_flag(END_STREAM), content);
        }
        self.partial_header_block = Some(PartialHeaderBlock {
            stream_id: header.stream_id,
            ends_stream: header.has_flag(END_STREAM),
            bytes: content.to_vec(),
            continuations: 0,
        });
        Ok(())
    }

    pub(super) fn receive_continuation(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        let Some(mut block) = self
            .partial_header_block
            .take()
            .filter(|block| block.stream_id == header.stream_id)
        else {
            return Err(Http2ConnectionError::protocol(
                "CONTINUATION without HEADERS",
            ));
        };
        block.continuations += 1;
        block.bytes.extend_from_slice(payload);
        if block.bytes.len() > MAX_BLOCK_BYTES || block.continuations > MAX_CONTINUATIONS {
            self.fail_stream(block.stream_id, StreamFailure::HeadTooLarge);
            // Without the rest of the block, the header tables of both sides would differ.
            return Err(Http2ConnectionError::new(
                Http2ConnectionErrorKind::HeadTooLarge,
                "a header block has over 256 KiB, or over 256 frames",
            ));
        }
        if header.has_flag(END_HEADERS) {
            return self.receive_block(block.stream_id, block.ends_stream, &block.bytes);
        }
        self.partial_header_block = Some(block);
        Ok(())
    }

    /// Processes a complete header block: the head of a response, an interim response or trailers.
    fn receive_block(
        &mut self,
        stream_id: u32,
        ends_stream: bool,
        bytes: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        let Some(exchange) = self.streams.get(&stream_id) else {
            self.decoder.decode(bytes, &mut NullFieldSink)?;
            return self.flood_guard.record_late();
        };
        let mut progress = exchange.borrow_progress();
        if progress.state == ExchangeState::HeadReceived {
            self.decoder.decode(bytes, &mut progress.trailers)?;
            drop(progress);
            self.receive_trailers(stream_id, ends_stream);
            return Ok(());
        }
        self.decoder.decode(bytes, &mut progress.response)?;
        if let Err(failure) = progress.response.check(ends_stream) {
            drop(progress);
            self.refuse_response(stream_id, failure);
            return Ok(());
        }
        if progress.response.is_interim() {
            progress.expect_next_head();
            progress.interim_responses += 1;
            if progress.interim_responses > MAX_INTERIM_RESPONSES {
                drop(progress);
                self.refuse_response(stream_id, StreamFailure::TooManyInterimResponses);
            }
            return Ok(());
        }
        self.flood_guard.record_progress();
        if ends_stream {
            drop(progress);
            self.end_response(stream_id);
        } else {
            self.woke_exchanges = true;
            progress.advance_to(ExchangeState::HeadReceived);
        }
        Ok(())
    }

    /// Processes a header block after the head of a response.
    fn receive_trailers(&mut self, stream_id: u32, ends_stream: bool) {
        let Some(exchange) = self.streams.get(&stream_id) else {
            return;
        };
        let progress = exchange.borrow_progress();
        let misplaced = if progress.is_tunnel() {
            Some("a header block within a tunnel")
        } else {
            (!ends_stream).then_some("a header block within a body")
        };
        let checked = match misplaced {
            Some(rule) => Err(StreamFailure::Malformed(MalformedResponse::message(rule))),
            None => progress.trailers.check(),
        };
        drop(progress);
        match checked {
            Ok(()) => self.end_response(stream_id),
            Err(failure) => self.refuse_response(stream_id, failure),
        }
    }

    pub(super) fn receive_data(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        self.check_stream_opened(header.stream_id)?;
        self.consume_window(payload.len() as u32)?;
        let content = header.strip_padding(payload);
        let content = content
            .ok_or_else(|| Http2ConnectionError::protocol("padding longer than the frame"))?;
        let ends_stream = header.has_flag(END_STREAM);
        let empty = content.is_empty() && !ends_stream;
        if empty {
            self.flood_guard.record_idle()?;
        }
        let Some(exchange) = self.streams.get(&header.stream_id) else {
            // Late data of an abandoned hit advances no hit.
            return Ok(());
        };
        if !empty {
            self.flood_guard.record_progress();
        }
        let mut progress = exchange.borrow_progress();
        let length = payload.len() as u32;
        progress.receive_window -= i64::from(length);
        if progress.receive_window < 0 {
            return Err(Http2ConnectionError::flow_control(
                "DATA beyond the window of the stream",
            ));
        }
        let violation = if progress.state != ExchangeState::HeadReceived {
            Some("a body without a head")
        } else if progress.peer_ended {
            Some("DATA after the end of the stream")
        } else {
            (!progress.receive_body(content)).then_some("a body longer than announced")
        };
        if let Some(rule) = violation {
            drop(progress);
            self.reject_response(header.stream_id, MalformedResponse::message(rule));
            return Ok(());
        }
        if ends_stream {
            drop(progress);
            self.end_response(header.stream_id);
            return Ok(());
        }
        progress.consumed += length;
        if progress.consumed > self.windows.stream / 2 {
            let consumed = std::mem::take(&mut progress.consumed);
            progress.receive_window += i64::from(consumed);
            frame::put_window_update(self.out.frames(), header.stream_id, consumed);
        }
        Ok(())
    }

    /// Takes bytes from the window of the connection, and opens it again if half of it is used up.
    ///
    /// Flow control counts padding too, and the data of ended streams.
    fn consume_window(&mut self, bytes: u32) -> Result<(), Http2ConnectionError> {
        self.receive_window -= i64::from(bytes);
        if self.receive_window < 0 {
            return Err(Http2ConnectionError::flow_control(
                "DATA beyond the window of the connection",
            ));
        }
        self.consumed += bytes;
        if self.consumed > self.windows.connection / 2 {
            let consumed = std::mem::take(&mut self.consumed);
            self.receive_window += i64::from(consumed);
            frame::put_window_update(self.out.frames(), 0, consumed);
        }
        Ok(())
    }

    /// Ends the response of a stream, or the direction of a tunnel from the peer.
    fn end_response(&mut self, stream_id: u32) {
        let Some(exchange) = self.streams.get(&stream_id) else {
            return;
        };
        let mut progress = exchange.borrow_progress();
        let request_sent = progress.outgoing.is_sent();
        if progress.is_tunnel() && !request_sent {
            self.woke_exchanges = true;
            progress.state = ExchangeState::HeadReceived;
            progress.end_by_peer();
            return;
        }
        let complete = progress.has_announced_length();
        drop(progress);
        if !complete {
            let rule = "a body shorter than announced";
            self.reject_response(stream_id, MalformedResponse::message(rule));
            return;
        }
        if let Some(exchange) = self.remove_stream(stream_id) {
            self.woke_exchanges = true;
            exchange.borrow_progress().complete();
        }
        if !request_sent {
            self.abandon_upload(stream_id);
        }
    }

    /// Resets a stream whose response is malformed (section 8.1.1).
    pub(super) fn reject_response(&mut self, stream_id: u32, violation: MalformedResponse) {
        self.refuse_response(stream_id, StreamFailure::Malformed(violation));
    }

    fn refuse_response(&mut self, stream_id: u32, failure: StreamFailure) {
        let code = match failure {
            StreamFailure::HeadTooLarge => Http2ErrorCode::CANCEL,
            StreamFailure::TooManyInterimResponses => Http2ErrorCode::ENHANCE_YOUR_CALM,
            _ => Http2ErrorCode::PROTOCOL_ERROR,
        };
        self.reset_stream(stream_id, code, failure);
    }
}
