//! Processes the frames of the peer.

use super::super::error_code::{
    self, CANCEL, ENHANCE_YOUR_CALM, H2_NOT_SPOKEN, HEAD_TOO_LARGE, Http2ConnectionError,
    MALFORMED_RESPONSE, PROTOCOL_ERROR, REFUSED_STREAM,
};
use super::super::exchange::{ExchangeState, StreamFailure};
use super::super::frame::{
    self, ACK, END_HEADERS, END_STREAM, FRAME_HEADER_BYTES, FrameHeader, MAX_PAYLOAD, kind,
};
use super::super::response_head::{MAX_HEAD_BYTES, NullFieldSink};
use super::settings::MAX_WINDOW;
use super::{GoawayFrame, Http2ProtocolState};

/// The limit for the CONTINUATION frames of a header block; peers rarely send any.
const MAX_CONTINUATIONS: u32 = 32;
/// The limit for bytes that wait for a peer that does not read.
const MAX_UNREAD_BYTES: usize = 4 << 20;

/// A header block that has not fully arrived.
#[derive(Debug)]
pub(super) struct PartialHeaderBlock {
    stream_id: u32,
    ends_stream: bool,
    bytes: Vec<u8>,
    continuations: u32,
}

impl Http2ProtocolState {
    /// Processes all complete frames at the start of `bytes`; returns their size.
    ///
    /// # Errors
    ///
    /// If an error of the peer ends the connection.
    pub(in super::super) fn receive(
        &mut self,
        bytes: &[u8],
    ) -> Result<usize, Http2ConnectionError> {
        let mut consumed_bytes = 0;
        while let Some(header) = FrameHeader::parse(&bytes[consumed_bytes..]) {
            if !self.peer_settings.received
                && (header.kind != kind::SETTINGS || header.has_flag(ACK))
            {
                return Err(Http2ConnectionError {
                    code: PROTOCOL_ERROR,
                    failure: H2_NOT_SPOKEN,
                });
            }
            if header.length > MAX_PAYLOAD {
                return Err(Http2ConnectionError::frame_size(
                    "a frame is longer than 16,384 bytes",
                ));
            }
            let start = consumed_bytes + FRAME_HEADER_BYTES;
            let Some(payload) = bytes.get(start..start + header.length) else {
                break;
            };
            self.receive_frame(header, payload)?;
            consumed_bytes = start + header.length;
        }
        Ok(consumed_bytes)
    }

    fn receive_frame(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        if self.partial_header_block.is_some() && header.kind != kind::CONTINUATION {
            return Err(Http2ConnectionError::protocol(
                "a header block is interrupted",
            ));
        }
        match header.kind {
            kind::HEADERS => self.receive_headers(header, payload),
            kind::DATA => self.receive_data(header, payload),
            kind::CONTINUATION => self.receive_continuation(header, payload),
            kind::RST_STREAM => self.receive_rst_stream(header, payload),
            kind::SETTINGS => self.receive_settings(header, payload),
            kind::PING => self.receive_ping(header, payload),
            kind::GOAWAY => self.receive_goaway(header, payload),
            kind::WINDOW_UPDATE => self.receive_window_update(header, payload),
            kind::PUSH_PROMISE => Err(Http2ConnectionError::protocol(
                "PUSH_PROMISE although push is disabled",
            )),
            kind::PRIORITY if payload.len() != 5 => {
                Err(Http2ConnectionError::frame_size("PRIORITY is not 5 bytes"))
            }
            // Unknown kinds must be ignored (section 4.1).
            _ => self.flood_guard.record_idle(),
        }
    }

    fn receive_headers(
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

    fn receive_continuation(
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
        if block.bytes.len() > MAX_HEAD_BYTES || block.continuations > MAX_CONTINUATIONS {
            self.end_stream(
                block.stream_id,
                ExchangeState::Failed(StreamFailure::Failed(HEAD_TOO_LARGE)),
            );
            // Without the rest of the block, the header tables of both sides would differ.
            return Err(Http2ConnectionError {
                code: ENHANCE_YOUR_CALM,
                failure: HEAD_TOO_LARGE,
            });
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
            self.decoder.decode(bytes, &mut NullFieldSink)?;
            drop(progress);
            if !ends_stream {
                self.reject_response(stream_id, "a header block within a body");
                return Ok(());
            }
            self.complete_stream(stream_id);
            return Ok(());
        }
        self.decoder.decode(bytes, &mut progress.response)?;
        let response = &mut progress.response;
        if response.is_too_large() {
            drop(progress);
            self.reset_stream(stream_id, CANCEL, StreamFailure::Failed(HEAD_TOO_LARGE));
            return Ok(());
        }
        let interim = response.is_interim();
        let violation = response
            .violation
            .or((response.status == 0).then_some("no :status"))
            .or((interim && ends_stream).then_some("the stream ends with an interim response"));
        if let Some(rule) = violation {
            drop(progress);
            self.reject_response(stream_id, rule);
            return Ok(());
        }
        if interim {
            let wants_headers = response.headers.is_some();
            response.clear(wants_headers);
            return self.flood_guard.record_idle();
        }
        self.flood_guard.record_progress();
        if ends_stream {
            drop(progress);
            self.complete_stream(stream_id);
        } else {
            self.woke_slots = true;
            progress.advance_to(ExchangeState::HeadReceived);
        }
        Ok(())
    }

    fn receive_data(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        self.check_stream_opened(header.stream_id)?;
        let length = payload.len() as u32;
        self.receive_window -= i64::from(length);
        if self.receive_window < 0 {
            return Err(Http2ConnectionError::flow_control(
                "DATA beyond the window of the connection",
            ));
        }
        // Flow control counts padding too.
        self.consumed += length;
        if self.consumed > self.windows.connection / 2 {
            let consumed = std::mem::take(&mut self.consumed);
            self.receive_window += i64::from(consumed);
            frame::put_window_update(&mut self.out, 0, consumed);
        }
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
        progress.receive_window -= i64::from(length);
        if progress.receive_window < 0 {
            return Err(Http2ConnectionError::flow_control(
                "DATA beyond the window of the stream",
            ));
        }
        let is_body = progress.state == ExchangeState::HeadReceived;
        if !is_body || !progress.receive_body(content) {
            drop(progress);
            let rule = if is_body {
                "a body longer than announced"
            } else {
                "a body without a head"
            };
            self.reject_response(header.stream_id, rule);
            return Ok(());
        }
        if ends_stream {
            drop(progress);
            self.complete_stream(header.stream_id);
            return Ok(());
        }
        progress.consumed += length;
        if progress.consumed > self.windows.stream / 2 {
            let consumed = std::mem::take(&mut progress.consumed);
            progress.receive_window += i64::from(consumed);
            frame::put_window_update(&mut self.out, header.stream_id, consumed);
        }
        Ok(())
    }

    /// Completes the response of a stream.
    fn complete_stream(&mut self, stream_id: u32) {
        let Some(exchange) = self.streams.get(&stream_id) else {
            return;
        };
        let progress = exchange.borrow_progress();
        let (complete, request_sent) = (progress.is_complete(), progress.unsent_body.is_empty());
        drop(progress);
        if !complete {
            self.reject_response(stream_id, "a body shorter than announced");
            return;
        }
        self.end_stream(stream_id, ExchangeState::Complete);
        if !request_sent {
            // The target did not need the whole request (section 8.1).
            frame::put_reset(&mut self.out, stream_id, CANCEL);
        }
    }

    /// Resets a stream whose response is malformed (section 8.1.1).
    fn reject_response(&mut self, stream_id: u32, rule: &'static str) {
        tracing::debug!(stream_id, rule, "malformed response");
        self.reset_stream(
            stream_id,
            PROTOCOL_ERROR,
            StreamFailure::Failed(MALFORMED_RESPONSE),
        );
    }

    fn receive_rst_stream(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        self.check_stream_opened(header.stream_id)?;
        let code = frame::read_u32(payload).filter(|_| payload.len() == 4);
        let code =
            code.ok_or_else(|| Http2ConnectionError::frame_size("RST_STREAM is not 4 bytes"))?;
        if !self.streams.contains_key(&header.stream_id) {
            return self.flood_guard.record_late();
        }
        tracing::debug!(
            stream_id = header.stream_id,
            code,
            "the target reset a stream"
        );
        let failure = match code {
            REFUSED_STREAM => StreamFailure::Refused,
            code => StreamFailure::Failed(error_code::reset_failure(code)),
        };
        self.end_stream(header.stream_id, ExchangeState::Failed(failure));
        Ok(())
    }

    fn receive_settings(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        if header.stream_id != 0 {
            return Err(Http2ConnectionError::protocol("SETTINGS on a stream"));
        }
        if header.has_flag(ACK) {
            return if payload.is_empty() {
                self.flood_guard.record_idle()
            } else {
                Err(Http2ConnectionError::frame_size(
                    "a SETTINGS acknowledgment with a payload",
                ))
            };
        }
        let change = self.peer_settings.update(payload)?;
        if let Some(max_bytes) = change.header_table_size {
            self.encoder.set_max_table_bytes(max_bytes);
        }
        if change.window_delta != 0 {
            for exchange in self.streams.values() {
                let mut progress = exchange.borrow_progress();
                progress.send_window += change.window_delta;
                if progress.send_window > i64::from(MAX_WINDOW) {
                    return Err(Http2ConnectionError::flow_control(
                        "a window above 2^31 - 1",
                    ));
                }
            }
        }
        frame::put(&mut self.out, kind::SETTINGS, ACK, 0, &[]);
        if self.peer_settings.received {
            self.record_idle_reply()?;
        }
        self.peer_settings.received = true;
        self.grant_streams();
        self.queue_bodies();
        Ok(())
    }

    /// Counts a frame that requires a reply and advances no hit.
    fn record_idle_reply(&mut self) -> Result<(), Http2ConnectionError> {
        self.flood_guard.record_idle()?;
        if self.out.len() > MAX_UNREAD_BYTES {
            return Err(Http2ConnectionError::flood());
        }
        Ok(())
    }

    fn receive_ping(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        if payload.len() != 8 {
            return Err(Http2ConnectionError::frame_size("PING is not 8 bytes"));
        }
        if header.stream_id != 0 {
            return Err(Http2ConnectionError::protocol("PING on a stream"));
        }
        self.record_idle_reply()?;
        if !header.has_flag(ACK) {
            frame::put(&mut self.out, kind::PING, ACK, 0, payload);
        }
        Ok(())
    }

    fn receive_goaway(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        if header.stream_id != 0 {
            return Err(Http2ConnectionError::protocol("GOAWAY on a stream"));
        }
        let (Some(last), Some(code)) = (
            frame::read_u32(payload),
            payload.get(4..).and_then(frame::read_u32),
        ) else {
            return Err(Http2ConnectionError::frame_size("GOAWAY is under 8 bytes"));
        };
        self.flood_guard.record_idle()?;
        let last = last & MAX_WINDOW;
        let debug_data = String::from_utf8_lossy(&payload[8..payload.len().min(8 + 200)]);
        tracing::debug!(last, code, %debug_data, "the target sent GOAWAY");
        self.goaway = Some(GoawayFrame { code });
        let refused: Vec<u32> = self
            .streams
            .keys()
            .copied()
            .filter(|stream_id| *stream_id > last)
            .collect();
        for stream_id in refused {
            self.end_stream(stream_id, ExchangeState::Failed(StreamFailure::Refused));
        }
        // Waiting hits must use another connection.
        for waiting in std::mem::take(&mut self.waiting) {
            self.woke_slots = true;
            waiting
                .borrow_progress()
                .advance_to(ExchangeState::Failed(StreamFailure::Unsent));
        }
        Ok(())
    }

    fn receive_window_update(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        let increment = frame::read_u32(payload).filter(|_| payload.len() == 4);
        let increment = increment
            .ok_or_else(|| Http2ConnectionError::frame_size("WINDOW_UPDATE is not 4 bytes"))?
            & MAX_WINDOW;
        self.flood_guard.record_idle()?;
        if header.stream_id == 0 {
            if increment == 0 {
                return Err(Http2ConnectionError::protocol("a window update of 0"));
            }
            self.send_window += i64::from(increment);
            if self.send_window > i64::from(MAX_WINDOW) {
                return Err(Http2ConnectionError::flow_control(
                    "a window above 2^31 - 1",
                ));
            }
        } else {
            self.check_stream_opened(header.stream_id)?;
            let Some(exchange) = self.streams.get(&header.stream_id) else {
                return Ok(());
            };
            let mut progress = exchange.borrow_progress();
            progress.send_window += i64::from(increment);
            if increment == 0 || progress.send_window > i64::from(MAX_WINDOW) {
                drop(progress);
                self.reject_response(header.stream_id, "a window update of 0, or beyond 2^31 - 1");
                return Ok(());
            }
        }
        self.queue_bodies();
        Ok(())
    }

    /// Refuses frames of streams that the client did not open.
    fn check_stream_opened(&self, stream_id: u32) -> Result<(), Http2ConnectionError> {
        if stream_id % 2 == 1 && stream_id < self.next_stream {
            Ok(())
        } else {
            Err(Http2ConnectionError::protocol(
                "a frame of a stream that was never opened",
            ))
        }
    }
}
