//! The ages of the hits that a worker holds.

use std::time::{Duration, Instant};

use crate::engine::dispatcher::backlog::Backlog;
use crate::engine::dispatcher::in_flight::InFlightHits;
use crate::report::waiting_hits::WaitingHits;

/// Reads the ages of hits in flight and in the backlog at `now`, which is `elapsed` after the start.
/// Hits of a warm-up are left out.
pub(super) fn waiting_hits(
    in_flight: &InFlightHits,
    backlog: &Backlog,
    elapsed: Duration,
    now: Instant,
) -> WaitingHits {
    let mut waiting = WaitingHits::default();
    for (started, due) in in_flight.measured() {
        waiting.in_flight.record(elapsed.saturating_sub(due));
        let age = now.saturating_duration_since(started);
        waiting.in_service.record(age);
    }
    for hit in backlog.iter().filter(|hit| !hit.id.is_warmup()) {
        waiting.backlog.record(elapsed.saturating_sub(hit.id.due));
    }
    waiting
}
