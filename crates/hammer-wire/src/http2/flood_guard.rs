//! Detects floods of frames that carry nothing.

use std::time::{Duration, Instant};

use super::connection_error::Http2ConnectionError;

/// Maximum number of idle frames in a row within [`FLOOD_PERIOD`]; more are a flood.
const MAX_IDLE_FRAMES: u32 = 1_000;
const FLOOD_PERIOD: Duration = Duration::from_secs(10);

/// Detects floods of PING, SETTINGS, empty DATA and other frames that cost their sender nothing.
///
/// Answering an endless series of them would take all CPU time, and the answers would fill the
/// memory if the sender did not read them.
#[derive(Debug)]
pub(crate) struct FloodGuard {
    idle_frames: u32,
    /// The number of frames that may still arrive for canceled streams.
    late_allowance: u32,
    /// The credit that the peer has taken and may return, in bytes.
    returnable_credit: u64,
    since: Instant,
}

impl FloodGuard {
    pub(crate) fn new() -> Self {
        Self {
            idle_frames: 0,
            late_allowance: 0,
            returnable_credit: 0,
            since: Instant::now(),
        }
    }

    /// Records a frame that advanced a hit.
    pub(crate) fn record_progress(&mut self) {
        self.idle_frames = 0;
    }

    /// Records that a part of a request body was sent, whose credit the peer may return in pieces of
    /// any size: once for the stream and once for the connection.
    pub(crate) fn record_sent_data(&mut self, bytes: usize) {
        self.record_progress();
        self.returnable_credit = self.returnable_credit.saturating_add(2 * bytes as u64);
    }

    /// Records a WINDOW_UPDATE. It is idle unless a body waits for credit, or the peer returns some.
    ///
    /// # Errors
    ///
    /// The error of [`record_idle`](Self::record_idle).
    pub(crate) fn record_credit(
        &mut self,
        bytes: i64,
        body_waits: bool,
    ) -> Result<(), Http2ConnectionError> {
        let returned = self.returnable_credit.min(bytes.unsigned_abs());
        self.returnable_credit -= returned;
        if body_waits || returned > 0 {
            Ok(())
        } else {
            self.record_idle()
        }
    }

    /// Allows for late frames of a stream that was reset: a head, trailers and the peer's own reset.
    pub(crate) fn expect_late_frames(&mut self) {
        self.late_allowance = self.late_allowance.saturating_add(3);
    }

    /// Records a frame of an ended stream.
    ///
    /// # Errors
    ///
    /// The error of [`record_idle`](Self::record_idle), once the allowance is used up.
    pub(crate) fn record_late(&mut self) -> Result<(), Http2ConnectionError> {
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
    pub(crate) fn record_idle(&mut self) -> Result<(), Http2ConnectionError> {
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
        Err(Http2ConnectionError::flood(
            "a thousand frames in a row without content",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uploads failed as floods if the peer returned their credit in small pieces.
    #[test]
    fn credit_in_crumbs_is_accepted() {
        let mut guard = FloodGuard::new();
        guard.record_sent_data(5_000);
        for crumb in 0..10_000 {
            assert_eq!(guard.record_credit(1, false), Ok(()), "{crumb}");
        }
        let flood = (0..=MAX_IDLE_FRAMES).find(|_| guard.record_credit(1, false).is_err());
        assert_eq!(flood, Some(MAX_IDLE_FRAMES));
    }

    #[test]
    fn credit_for_a_body_that_waits_is_accepted() {
        let mut guard = FloodGuard::new();
        for crumb in 0..10_000 {
            assert_eq!(guard.record_credit(1, true), Ok(()), "{crumb}");
        }
    }
}
