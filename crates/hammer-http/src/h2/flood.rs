//! Frames that carry nothing, counted.

use std::time::{Duration, Instant};

use super::code::{Breach, ENHANCE_YOUR_CALM, FLOOD};

/// So many frames in a row, and within so short a time, are a flood.
const MOST: u32 = 1_000;
const WITHIN: Duration = Duration::from_secs(10);

/// Watches for floods: of PING, SETTINGS, empty DATA, and whatever else costs its sender nothing.
///
/// Whoever answers an endless series of such frames does nothing else any more; answers that pile up
/// because the sender does not read them would be memory, too.
#[derive(Debug)]
pub(super) struct Flood {
    in_a_row: u32,
    /// How many more frames may come of streams that were given up.
    late: u32,
    since: Instant,
}

impl Flood {
    pub(super) fn new() -> Self {
        Self {
            in_a_row: 0,
            late: 0,
            since: Instant::now(),
        }
    }

    /// A frame moved a hit on.
    pub(super) fn progress(&mut self) {
        self.in_a_row = 0;
    }

    /// A stream was given up. The peer may have been about to answer: with a head, what follows a
    /// body, and a reset of its own.
    pub(super) fn expect_late(&mut self) {
        self.late = self.late.saturating_add(3);
    }

    /// A frame belongs to no stream that there is.
    ///
    /// # Errors
    ///
    /// As [`idle`](Self::idle), if no more of them were to be expected.
    pub(super) fn late(&mut self) -> Result<(), Breach> {
        match self.late.checked_sub(1) {
            Some(left) => {
                self.late = left;
                Ok(())
            }
            None => self.idle(),
        }
    }

    /// A frame carried nothing.
    ///
    /// # Errors
    ///
    /// If there are too many of them. A quiet connection may well have many in the long run.
    pub(super) fn idle(&mut self) -> Result<(), Breach> {
        if self.in_a_row == 0 {
            self.since = Instant::now();
        }
        self.in_a_row += 1;
        if self.in_a_row <= MOST {
            return Ok(());
        }
        if self.since.elapsed() > WITHIN {
            self.in_a_row = 0;
            return Ok(());
        }
        Err(Breach {
            code: ENHANCE_YOUR_CALM,
            failure: FLOOD,
        })
    }
}
