//! Splits received bytes into frames, and passes each frame to the part that processes it.

use super::super::connection_error::{Http2ConnectionError, Http2ConnectionErrorKind};
use super::super::frame::{ACK, FRAME_HEADER_BYTES, FrameHeader, MAX_PAYLOAD, kind};
use super::Http2ProtocolState;

impl Http2ProtocolState {
    /// Processes all complete frames at the start of `bytes`; returns their size.
    ///
    /// The caller keeps the rest, and passes it again with more bytes after it.
    ///
    /// # Errors
    ///
    /// If the peer breaks a rule that ends the connection. The caller then passes the error to
    /// [`end`](Self::end), writes the output and closes the socket.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<usize, Http2ConnectionError> {
        let mut consumed_bytes = 0;
        while let Some(header) = FrameHeader::parse(&bytes[consumed_bytes..]) {
            if !self.peer_settings.received
                && (header.kind != kind::SETTINGS || header.has_flag(ACK))
            {
                return Err(Http2ConnectionError::new(
                    Http2ConnectionErrorKind::NotHttp2,
                    "the first frame is not SETTINGS",
                ));
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

    /// Refuses frames of streams that the client did not open.
    pub(super) fn check_stream_opened(&self, stream_id: u32) -> Result<(), Http2ConnectionError> {
        if stream_id % 2 == 1 && stream_id < self.next_stream {
            Ok(())
        } else {
            Err(Http2ConnectionError::protocol(
                "a frame of a stream that was never opened",
            ))
        }
    }
}
