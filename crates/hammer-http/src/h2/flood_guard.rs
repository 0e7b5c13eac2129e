//! Detects floods of frames that carry nothing.

use std::time::{Duration, Instant};

use super::error_code::Http2ConnectionError;

/// Maximum number of idle frames in a row within [`FLOOD_PERIOD`]; more are a flood.
const MAX_IDLE_FRAMES: u32 = 1_000;
const FLOOD_PERIOD: Duration = Duration::from_secs(10);

/// Detects floods of PING, SETTINGS, empty DATA and other frames that cost their sender nothing.
///
/// Answering an endless series of them would take all CPU time, and the answers would fill the
/// memory if the sender did not read them.
#[derive(Debug)]
pub(super) struct FloodGuard {
    idle_frames: u32,
    /// The number of frames that may still arrive for canceled streams.
    late_allowance: u32,
    since: Instant,
}

impl FloodGuard {
    pub(super) fn new() -> Self {
        Self {
            idle_frames: 0,
            late_allowance: 0,
            since: Instant::now(),
        }
    }

    /// Records a frame that advanced a hit.
    pub(super) fn record_progress(&mut self) {
        self.idle_frames = 0;
    }

    /// Allows for late frames of a stream that was reset: a head, trailers and the peer's own reset.
    pub(super) fn expect_late_frames(&mut self) {
        self.late_allowance = self.late_allowance.saturating_add(3);
    }

    /// Records a frame of an ended stream.
    ///
    /// # Errors
    ///
    /// The error of [`record_idle`](Self::record_idle), once the allowance is used up.
    pub(super) fn record_late(&mut self) -> Result<(), Http2ConnectionError> {
        match self.late_allowance.checked_sub(1) {
            Some(left) => {
                self.late_allowance = left;
                Ok(())
            }
            None => self.record_idle(),
        }
    }

    /// Records a frame that carried nothing.
    ///
    /// # Errors
    ///
    /// If there were too many within [`FLOOD_PERIOD`]. A quiet connection may have many over time.
    pub(super) fn record_idle(&mut self) -> Result<(), Http2ConnectionError> {
        if self.idle_frames == 0 {
            self.since = Instant::now();
        }
        self.idle_frames += 1;
        if self.idle_frames <= MAX_IDLE_FRAMES {
            return Ok(());
        }
        if self.since.elapsed() > FLOOD_PERIOD {
            self.idle_frames = 0;
            return Ok(());
        }
        Err(Http2ConnectionError::flood())
    }
}
