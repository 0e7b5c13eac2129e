//! Runs under a paused clock.

use crate::{Hammer, Run};

/// Makes `run` execute under tokio's paused clock, on one worker.
///
/// Time advances at once when there is nothing else to do, and equal scripts give equal reports, to
/// the millisecond of tokio's timers. Only for hammers that wait with tokio's timers alone.
pub fn with_paused_clock<H: Hammer>(mut run: Run<H>) -> Run<H> {
    run.config.paused = true;
    run.threads(1)
}
