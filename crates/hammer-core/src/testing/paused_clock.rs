//! Runs under a paused clock.

use crate::engine::run::Run;
use crate::model::hammer::Hammer;

/// Sets `run` up to execute under tokio's paused clock, on one worker.
///
/// Time advances at once when there is nothing else to do, and equal scripts give equal reports, to
/// the millisecond of tokio's timers. Use it only for hammers that wait with nothing but tokio's
/// timers.
pub fn with_paused_clock<H: Hammer>(mut run: Run<H>) -> Run<H> {
    run.config.paused = true;
    run.threads(1)
}
