use crate::{Hammer, Run};

/// Runs `run` under tokio's paused clock, on one worker: time passes at once when nothing else is
/// to be done, and the same script gives the same report, to the millisecond of tokio's timers.
///
/// Only for hammers that wait by tokio's timers alone.
pub fn with_paused_clock<H: Hammer>(mut run: Run<H>) -> Run<H> {
    run.config.paused = true;
    run.threads(1)
}
