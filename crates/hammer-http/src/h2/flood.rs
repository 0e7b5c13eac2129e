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
    since: Instant,
}

impl Flood {
    pub(super) fn new() -> Self {
        Self {
            in_a_row: 0,
            since: Instant::now(),
        }
    }

    /// A frame moved a hit on.
    pub(super) fn progress(&mut self) {
        self.in_a_row = 0;
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
