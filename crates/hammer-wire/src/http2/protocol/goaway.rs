//! The GOAWAY of the peer (RFC 9113, section 6.8).

use super::super::connection_error::Http2ConnectionError;
use super::super::error_code::Http2ErrorCode;
use super::super::exchange::ExchangeState;
use super::super::frame::{self, FrameHeader};
use super::super::stream_failure::StreamFailure;
use super::Http2ProtocolState;
use super::settings::MAX_WINDOW;

/// Maximum number of bytes kept of the debug data of a GOAWAY.
const MAX_DEBUG_BYTES: usize = 200;

/// The last GOAWAY that the peer sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedGoaway {
    last_stream: u32,
    code: Http2ErrorCode,
    debug_data: Vec<u8>,
}

impl ReceivedGoaway {
    /// The last stream that the peer has processed or may process.
    #[must_use]
    pub fn last_stream(&self) -> u32 {
        self.last_stream
    }

    /// The reason.
    #[must_use]
    pub fn code(&self) -> Http2ErrorCode {
        self.code
    }

    /// The first 200 bytes of the reason in words; often empty.
    #[must_use]
    pub fn debug_data(&self) -> &[u8] {
        &self.debug_data
    }

    fn parse(payload: &[u8]) -> Option<Self> {
        let last_stream = frame::read_u32(payload)? & MAX_WINDOW;
        let code = payload.get(4..).and_then(frame::read_u32)?;
        let debug_data = &payload[8..payload.len().min(8 + MAX_DEBUG_BYTES)];
        Some(Self {
            last_stream,
            code: Http2ErrorCode(code),
            debug_data: debug_data.to_vec(),
        })
    }
}

impl Http2ProtocolState {
    pub(super) fn receive_goaway(
        &mut self,
        header: FrameHeader,
        payload: &[u8],
    ) -> Result<(), Http2ConnectionError> {
        if header.stream_id != 0 {
            return Err(Http2ConnectionError::protocol("GOAWAY on a stream"));
        }
        let goaway = ReceivedGoaway::parse(payload)
            .ok_or_else(|| Http2ConnectionError::frame_size("GOAWAY is under 8 bytes"))?;
        self.flood_guard.record_idle()?;
        let last_stream = goaway.last_stream;
        self.goaway = Some(goaway);
        let refused: Vec<u32> = self
            .streams
            .keys()
            .copied()
            .filter(|stream_id| *stream_id > last_stream)
            .collect();
        for stream_id in refused {
            self.fail_stream(stream_id, StreamFailure::Refused);
        }
        // Waiting exchanges must use another connection.
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        for exchange in waiting.chain(std::mem::take(&mut self.granted)) {
            self.woke_exchanges = true;
            exchange
                .borrow_progress()
                .advance_to(ExchangeState::Failed(StreamFailure::Unsent));
        }
        Ok(())
    }
}
