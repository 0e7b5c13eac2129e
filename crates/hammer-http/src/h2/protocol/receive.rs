//! Frames as they come in.

use super::super::error_code::{
    self, CANCEL, ConnectionError, ENHANCE_YOUR_CALM, H2_NOT_SPOKEN, HEAD_TOO_LARGE,
    MALFORMED_RESPONSE, PROTOCOL_ERROR, REFUSED_STREAM,
};
use super::super::exchange::{ExchangeState, StreamFailure};
use super::super::frame::{
    self, ACK, END_HEADERS, END_STREAM, FRAME_HEADER_BYTES, FrameHeader, MAX_PAYLOAD, kind,
};
use super::super::response_head::{MAX_HEAD_BYTES, NullFieldSink};
use super::settings::MAX_WINDOW;
use super::{GoawayFrame, Http2ProtocolState};

/// A block may come in so many frames. One is the rule; a peer that splits more finely is up to no
/// good.
const MAX_CONTINUATIONS: u32 = 32;
/// Answers to a peer that does not read them may take so many bytes.
const MAX_UNREAD_BYTES: usize = 4 << 20;

/// A block of fields that is not whole.
#[derive(Debug)]
pub(super) struct PartialHeaderBlock {
    stream_id: u32,
    ends_stream: bool,
    bytes: Vec<u8>,
    continuations: u32,
}

impl Http2ProtocolState {
    /// Takes in all whole frames at the beginning of `bytes`; how many bytes they were.
    ///
    /// # Errors
    ///
    /// If the peer did what ends the connection.
    pub(in super::super) fn receive(&mut self, bytes: &[u8]) -> Result<usize, ConnectionError> {
        let mut taken = 0;
        while let Some(head) = FrameHeader::parse(&bytes[taken..]) {
            if !self.peer_settings.received && (head.kind != kind::SETTINGS || head.has_flag(ACK)) {
                return Err(ConnectionError {
                    code: PROTOCOL_ERROR,
                    failure: H2_NOT_SPOKEN,
                });
            }
            if head.length > MAX_PAYLOAD {
                return Err(ConnectionError::frame_size(
                    "a frame is longer than 16,384 bytes",
                ));
            }
            let begin = taken + FRAME_HEADER_BYTES;
            let Some(payload) = bytes.get(begin..begin + head.length) else {
                break;
            };
            self.receive_frame(head, payload)?;
            taken = begin + head.length;
        }
        Ok(taken)
    }

    fn receive_frame(&mut self, head: FrameHeader, payload: &[u8]) -> Result<(), ConnectionError> {
        if self.partial_header_block.is_some() && head.kind != kind::CONTINUATION {
            return Err(ConnectionError::protocol(
                "a block of fields is interrupted",
            ));
        }
        match head.kind {
            kind::HEADERS => self.receive_headers(head, payload),
            kind::DATA => self.receive_data(head, payload),
            kind::CONTINUATION => self.receive_continuation(head, payload),
            kind::RST_STREAM => self.receive_rst_stream(head, payload),
            kind::SETTINGS => self.receive_settings(head, payload),
            kind::PING => self.receive_ping(head, payload),
            kind::GOAWAY => self.receive_goaway(head, payload),
            kind::WINDOW_UPDATE => self.receive_window_update(head, payload),
            kind::PUSH_PROMISE => Err(ConnectionError::protocol(
                "a push, though it is not enabled",
            )),
            kind::PRIORITY if payload.len() != 5 => Err(ConnectionError::frame_size("PRIORITY")),
            // Kinds that nobody knows are to be ignored (section 4.1).
            _ => self.flood_guard.record_idle(),
        }
    }

    fn receive_headers(
        &mut self,
        head: FrameHeader,
        payload: &[u8],
    ) -> Result<(), ConnectionError> {
        self.check_stream_opened(head.stream_id)?;
        let content = head.strip_padding(payload);
        let content =
            content.ok_or_else(|| ConnectionError::protocol("padding longer than its frame"))?;
        if head.has_flag(END_HEADERS) {
            return self.receive_block(head.stream_id, head.has_flag(END_STREAM), content);
        }
        self.partial_header_block = Some(PartialHeaderBlock {
            stream_id: head.stream_id,
            ends_stream: head.has_flag(END_STREAM),
            bytes: content.to_vec(),
            continuations: 0,
        });
        Ok(())
    }

    fn receive_continuation(
        &mut self,
        head: FrameHeader,
        payload: &[u8],
    ) -> Result<(), ConnectionError> {
        let Some(mut block) = self
            .partial_header_block
            .take()
            .filter(|block| block.stream_id == head.stream_id)
        else {
            return Err(ConnectionError::protocol("CONTINUATION of nothing"));
        };
        block.continuations += 1;
        block.bytes.extend_from_slice(payload);
        if block.bytes.len() > MAX_HEAD_BYTES || block.continuations > MAX_CONTINUATIONS {
            self.end_stream(
                block.stream_id,
                ExchangeState::Failed(StreamFailure::Failed(HEAD_TOO_LARGE)),
            );
            // Without the rest of the block the tables differ: this connection is lost.
            return Err(ConnectionError {
                code: ENHANCE_YOUR_CALM,
                failure: HEAD_TOO_LARGE,
            });
        }
        if head.has_flag(END_HEADERS) {
            return self.receive_block(block.stream_id, block.ends_stream, &block.bytes);
        }
        self.partial_header_block = Some(block);
        Ok(())
    }

    /// A whole block: the head of an answer, a word on the way, or what follows a body.
    fn receive_block(
        &mut self,
        stream: u32,
        ends_stream: bool,
        bytes: &[u8],
    ) -> Result<(), ConnectionError> {
        let Some(exchange) = self.streams.get(&stream) else {
            self.decoder.decode(bytes, &mut NullFieldSink)?;
            return self.flood_guard.record_late();
        };
        let mut progress = exchange.borrow_progress();
        if progress.state == ExchangeState::HeadReceived {
            self.decoder.decode(bytes, &mut NullFieldSink)?;
            drop(progress);
            if !ends_stream {
                self.reject_response(stream, "fields within a body");
                return Ok(());
            }
            self.complete_stream(stream);
            return Ok(());
        }
        self.decoder.decode(bytes, &mut progress.response)?;
        let answer = &mut progress.response;
        if answer.is_too_large() {
            drop(progress);
            self.reset_stream(stream, CANCEL, StreamFailure::Failed(HEAD_TOO_LARGE));
            return Ok(());
        }
        let wrong = answer
            .violation
            .or((answer.status == 0).then_some("no :status"));
        let interim = answer.is_interim();
        let wrong = wrong.or((interim && ends_stream).then_some("it ends with a status below 200"));
        if let Some(rule) = wrong {
            drop(progress);
            self.reject_response(stream, rule);
            return Ok(());
        }
        if interim {
            let headers = answer.headers.is_some();
            answer.clear(headers);
            return self.flood_guard.record_idle();
        }
        self.flood_guard.record_progress();
        if ends_stream {
            drop(progress);
            self.complete_stream(stream);
        } else {
            self.woke_slots = true;
            progress.advance_to(ExchangeState::HeadReceived);
        }
        Ok(())
    }

    fn receive_data(&mut self, head: FrameHeader, payload: &[u8]) -> Result<(), ConnectionError> {
        self.check_stream_opened(head.stream_id)?;
        let length = payload.len() as u32;
        self.receive_window -= i64::from(length);
        if self.receive_window < 0 {
            return Err(ConnectionError::flow_control(
                "more than the connection's window",
            ));
        }
        // Padding is flow controlled, too.
        self.consumed += length;
        if self.consumed > self.windows.connection / 2 {
            let consumed = std::mem::take(&mut self.consumed);
            self.receive_window += i64::from(consumed);
            frame::put_window_update(&mut self.out, 0, consumed);
        }
        let content = head.strip_padding(payload);
        let content =
            content.ok_or_else(|| ConnectionError::protocol("padding longer than its frame"))?;
        let ends_stream = head.has_flag(END_STREAM);
        let empty = content.is_empty() && !ends_stream;
        if empty {
            self.flood_guard.record_idle()?;
        }
        let Some(exchange) = self.streams.get(&head.stream_id) else {
            // What still comes for a hit that was given up moves none on.
            return Ok(());
        };
        if !empty {
            self.flood_guard.record_progress();
        }
        let mut progress = exchange.borrow_progress();
        progress.receive_window -= i64::from(length);
        if progress.receive_window < 0 {
            return Err(ConnectionError::flow_control(
                "more than the stream's window",
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
            self.reject_response(head.stream_id, rule);
            return Ok(());
        }
        if ends_stream {
            drop(progress);
            self.complete_stream(head.stream_id);
            return Ok(());
        }
        progress.consumed += length;
        if progress.consumed > self.windows.stream / 2 {
            let consumed = std::mem::take(&mut progress.consumed);
            progress.receive_window += i64::from(consumed);
            frame::put_window_update(&mut self.out, head.stream_id, consumed);
        }
        Ok(())
    }

    /// An answer is whole.
    fn complete_stream(&mut self, stream: u32) {
        let Some(exchange) = self.streams.get(&stream) else {
            return;
        };
        let progress = exchange.borrow_progress();
        let (whole, sent) = (progress.is_complete(), progress.unsent_body.is_empty());
        drop(progress);
        if !whole {
            self.reject_response(stream, "a body shorter than announced");
            return;
        }
        self.end_stream(stream, ExchangeState::Complete);
        if !sent {
            // It did not need all of the request (section 8.1).
            frame::put_reset(&mut self.out, stream, CANCEL);
        }
    }

    /// An answer is malformed (section 8.1.1).
    fn reject_response(&mut self, stream: u32, rule: &'static str) {
        tracing::debug!(stream, rule, "a malformed answer");
        self.reset_stream(
            stream,
            PROTOCOL_ERROR,
            StreamFailure::Failed(MALFORMED_RESPONSE),
        );
    }

    fn receive_rst_stream(
        &mut self,
        head: FrameHeader,
        payload: &[u8],
    ) -> Result<(), ConnectionError> {
        self.check_stream_opened(head.stream_id)?;
        let code = frame::read_u32(payload).filter(|_| payload.len() == 4);
        let code = code.ok_or_else(|| ConnectionError::frame_size("RST_STREAM"))?;
        if !self.streams.contains_key(&head.stream_id) {
            return self.flood_guard.record_late();
        }
        tracing::debug!(stream = head.stream_id, code, "the target reset a stream");
        let broken = match code {
            REFUSED_STREAM => StreamFailure::Refused,
            code => StreamFailure::Failed(error_code::reset_failure(code)),
        };
        self.end_stream(head.stream_id, ExchangeState::Failed(broken));
        Ok(())
    }

    fn receive_settings(
        &mut self,
        head: FrameHeader,
        payload: &[u8],
    ) -> Result<(), ConnectionError> {
        if head.stream_id != 0 {
            return Err(ConnectionError::protocol("SETTINGS of a stream"));
        }
        if head.has_flag(ACK) {
            return if payload.is_empty() {
                self.flood_guard.record_idle()
            } else {
                Err(ConnectionError::frame_size(
                    "an acknowledgement with settings",
                ))
            };
        }
        let changed = self.peer_settings.update(payload)?;
        if let Some(most) = changed.header_table_size {
            self.encoder.set_max_table_bytes(most);
        }
        if changed.window_delta != 0 {
            for exchange in self.streams.values() {
                let mut progress = exchange.borrow_progress();
                progress.send_window += changed.window_delta;
                if progress.send_window > i64::from(MAX_WINDOW) {
                    return Err(ConnectionError::flow_control("a window beyond 2^31 - 1"));
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

    /// Counts a frame that wants an answer and moves no hit on.
    fn record_idle_reply(&mut self) -> Result<(), ConnectionError> {
        self.flood_guard.record_idle()?;
        if self.out.len() > MAX_UNREAD_BYTES {
            return Err(ConnectionError::flood());
        }
        Ok(())
    }

    fn receive_ping(&mut self, head: FrameHeader, payload: &[u8]) -> Result<(), ConnectionError> {
        if payload.len() != 8 {
            return Err(ConnectionError::frame_size("PING"));
        }
        if head.stream_id != 0 {
            return Err(ConnectionError::protocol("PING of a stream"));
        }
        self.record_idle_reply()?;
        if !head.has_flag(ACK) {
            frame::put(&mut self.out, kind::PING, ACK, 0, payload);
        }
        Ok(())
    }

    fn receive_goaway(&mut self, head: FrameHeader, payload: &[u8]) -> Result<(), ConnectionError> {
        if head.stream_id != 0 {
            return Err(ConnectionError::protocol("GOAWAY of a stream"));
        }
        let (Some(last), Some(code)) = (
            frame::read_u32(payload),
            payload.get(4..).and_then(frame::read_u32),
        ) else {
            return Err(ConnectionError::frame_size("GOAWAY"));
        };
        self.flood_guard.record_idle()?;
        let last = last & MAX_WINDOW;
        let said = String::from_utf8_lossy(&payload[8..payload.len().min(8 + 200)]);
        tracing::debug!(last, code, %said, "the target says goodbye");
        self.goaway = Some(GoawayFrame { code });
        let refused: Vec<u32> = self
            .streams
            .keys()
            .copied()
            .filter(|stream| *stream > last)
            .collect();
        for stream in refused {
            self.end_stream(stream, ExchangeState::Failed(StreamFailure::Refused));
        }
        // Those who got a stream, and those who still wait for one, have to look elsewhere.
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
        head: FrameHeader,
        payload: &[u8],
    ) -> Result<(), ConnectionError> {
        let more = frame::read_u32(payload).filter(|_| payload.len() == 4);
        let more = more.ok_or_else(|| ConnectionError::frame_size("WINDOW_UPDATE"))? & MAX_WINDOW;
        self.flood_guard.record_idle()?;
        if head.stream_id == 0 {
            if more == 0 {
                return Err(ConnectionError::protocol("a window that grows by nothing"));
            }
            self.send_window += i64::from(more);
            if self.send_window > i64::from(MAX_WINDOW) {
                return Err(ConnectionError::flow_control("a window beyond 2^31 - 1"));
            }
        } else {
            self.check_stream_opened(head.stream_id)?;
            let Some(exchange) = self.streams.get(&head.stream_id) else {
                return Ok(());
            };
            let mut progress = exchange.borrow_progress();
            progress.send_window += i64::from(more);
            if more == 0 || progress.send_window > i64::from(MAX_WINDOW) {
                drop(progress);
                self.reject_response(
                    head.stream_id,
                    "a window that grows by nothing, or too much",
                );
                return Ok(());
            }
        }
        self.queue_bodies();
        Ok(())
    }

    /// Frames of streams may only be of those that we opened.
    fn check_stream_opened(&self, stream: u32) -> Result<(), ConnectionError> {
        if stream % 2 == 1 && stream < self.next_stream {
            Ok(())
        } else {
            Err(ConnectionError::protocol(
                "a frame of a stream that there is not",
            ))
        }
    }
}
