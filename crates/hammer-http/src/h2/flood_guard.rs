//! Frames that carry nothing, counted.

use std::time::{Duration, Instant};

use super::error_code::ConnectionError;

/// So many frames in a row, and within so short a time, are a flood.
const MAX_IDLE_FRAMES: u32 = 1_000;
const FLOOD_PERIOD: Duration = Duration::from_secs(10);

/// Watches for floods: of PING, SETTINGS, empty DATA, and whatever else costs its sender nothing.
///
/// Whoever answers an endless series of such frames does nothing else any more; answers that pile up
/// because the sender does not read them would be memory, too.
#[derive(Debug)]
pub(super) struct FloodGuard {
    idle_frames: u32,
    /// How many more frames may come of streams that were given up.
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

    /// A frame moved a hit on.
    pub(super) fn record_progress(&mut self) {
        self.idle_frames = 0;
    }

    /// A stream was given up. The peer may have been about to answer: with a head, what follows a
    /// body, and a reset of its own.
    pub(super) fn expect_late_frames(&mut self) {
        self.late_allowance = self.late_allowance.saturating_add(3);
    }

    /// A frame belongs to no stream that there is.
    ///
    /// # Errors
    ///
    /// As [`idle`](Self::idle), if no more of them were to be expected.
    pub(super) fn record_late(&mut self) -> Result<(), ConnectionError> {
        match self.late_allowance.checked_sub(1) {
            Some(left) => {
                self.late_allowance = left;
                Ok(())
            }
            None => self.record_idle(),
        }
    }

    /// A frame carried nothing.
    ///
    /// # Errors
    ///
    /// If there are too many of them. A quiet connection may well have many in the long run.
    pub(super) fn record_idle(&mut self) -> Result<(), ConnectionError> {
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
        Err(ConnectionError::flood())
    }
}
