//! Processes the frames that control streams and the connection.

use super::super::connection_error::Http2ConnectionError;
use super::super::error_code::Http2ErrorCode;
use super::super::frame::{self, ACK, FrameHeader, kind};
use super::super::stream_failure::{MalformedResponse, StreamFailure};
use super::Http2ProtocolState;
use super::settings::MAX_WINDOW;

/// The limit for bytes that wait for a peer that does not read.
const MAX_UNREAD_BYTES: usize = 4 << 20;

impl Http2ProtocolState {
    pub(super) fn receive_rst_stream(
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
        let failure = match Http2ErrorCode(code) {
            Http2ErrorCode::REFUSED_STREAM => StreamFailure::Refused,
            code => StreamFailure::Reset(code),
        };
        self.fail_stream(header.stream_id, failure);
        Ok(())
    }

    pub(super) fn receive_settings(
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
        frame::put(self.out.frames(), kind::SETTINGS, ACK, 0, &[]);
        if self.peer_settings.received {
            self.record_idle_reply()?;
        }
        self.peer_settings.received = true;
        self.revoke_streams();
        self.grant_streams();
        self.queue_bodies();
        Ok(())
    }

    /// Counts a frame that requires a reply and advances no hit.
    fn record_idle_reply(&mut self) -> Result<(), Http2ConnectionError> {
        self.flood_guard.record_idle()?;
        if self.out.len() > MAX_UNREAD_BYTES {
            return Err(Http2ConnectionError::flood(
                "the peer does not read the replies to its frames",
            ));
        }
        Ok(())
    }

    pub(super) fn receive_ping(
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
            frame::put(self.out.frames(), kind::PING, ACK, 0, payload);
        }
        Ok(())
    }

    pub(super) fn receive_window_update(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        let increment = frame::read_u32(payload).filter(|_| payload.len() == 4);
        let increment = increment
            .ok_or_else(|| Http2ConnectionError::frame_size("WINDOW_UPDATE is not 4 bytes"))?
            & MAX_WINDOW;
        let increment = i64::from(increment);
        let body_waits = !self.unsent_bodies.is_empty();
        self.flood_guard.record_credit(increment, body_waits)?;
        if header.stream_id == 0 {
            if increment == 0 {
                return Err(Http2ConnectionError::protocol("a window update of 0"));
            }
            self.send_window += increment;
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
            progress.send_window += increment;
            if increment == 0 || progress.send_window > i64::from(MAX_WINDOW) {
                drop(progress);
                let rule = "a window update of 0, or beyond 2^31 - 1";
                self.reject_response(header.stream_id, MalformedResponse::message(rule));
                return Ok(());
            }
        }
        self.queue_bodies();
        Ok(())
    }
}
