//! The ages of hits that have not ended.

use std::ops::RangeInclusive;
use std::time::Duration;

use hammer_stats::Histogram;

use crate::report::interval_stats::IntervalStats;

/// The ages of the hits that a run holds at one instant: each will take at least that long.
///
/// Hits of a warm-up are not in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WaitingHits {
    /// now − due of hits that have started.
    pub(crate) in_flight: Histogram,
    /// now − started of hits that have started.
    pub(crate) in_service: Histogram,
    /// now − due of hits that have not started.
    pub(crate) backlog: Histogram,
}

impl WaitingHits {
    /// Returns true if the run holds no hits, or their ages were not requested.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.in_flight.is_empty() && self.backlog.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.in_flight.clear();
        self.in_service.clear();
        self.backlog.clear();
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.in_flight.merge(&other.in_flight);
        self.in_service.merge(&other.in_service);
        self.backlog.merge(&other.backlog);
    }
}

impl IntervalStats {
    /// Counts hits that have not ended as if they ended now, so that a target that stops answering
    /// shows in response, service and lateness. Hits by result do not change.
    ///
    /// Of the `waiting` hits, the oldest count: as many as became due or started in this interval
    /// beyond those that ended in it. If the target keeps up, these are none, and all hits are in
    /// the histograms once.
    pub fn count_waiting(&mut self, waiting: &WaitingHits) {
        let hits = self.hits;
        let unfinished = self.started + hits.unsent;
        let in_flight = unfinished.saturating_sub(hits.ended());
        let backlog = hits.scheduled.saturating_sub(unfinished);
        let any = Duration::ZERO..=Duration::MAX;
        self.count_waiting_due(waiting, any.clone());
        (self.service).merge_longest(&waiting.in_service, any.clone(), in_flight);
        (self.lateness).merge_longest(&waiting.backlog, any, backlog);
    }

    /// Counts hits that have not ended in response, like [`count_waiting`](Self::count_waiting), but
    /// only those of certain ages, such as hits that were due in one stage.
    pub fn count_waiting_due(&mut self, waiting: &WaitingHits, ages: RangeInclusive<Duration>) {
        let unended = self.hits.scheduled.saturating_sub(self.hits.ended());
        let mut held = waiting.in_flight.clone();
        held.merge(&waiting.backlog);
        self.response.merge_longest(&held, ages, unended);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(in_flight_ms: &[u64], backlog_ms: &[u64]) -> WaitingHits {
        let mut waiting = WaitingHits::default();
        let ms = Duration::from_millis;
        for age in in_flight_ms {
            waiting.in_flight.record(ms(*age));
            waiting.in_service.record(ms(*age));
        }
        backlog_ms
            .iter()
            .for_each(|age| waiting.backlog.record(ms(*age)));
        waiting
    }

    /// A target that hung was as fast as its last answer.
    #[test]
    fn hits_that_the_target_does_not_end_count_with_their_age() {
        let mut interval = IntervalStats::new();
        (interval.hits.scheduled, interval.hits.ok, interval.started) = (10, 4, 7);
        for _ in 0..4 {
            interval.response.record(Duration::from_millis(1));
        }
        interval.count_waiting(&waiting(&[300, 200, 100, 5, 5], &[50, 40, 30]));
        let response = interval.response();
        assert_eq!(response.count(), 10);
        assert_eq!(response.count_from(Duration::from_millis(30)), 6);
        assert_eq!(interval.service().count(), 3);
        assert_eq!(interval.lateness().count(), 3);
        assert_eq!(interval.hits().ended(), 4);
    }

    #[test]
    fn no_hit_waits_longer_if_as_many_end_as_become_due() {
        let mut interval = IntervalStats::new();
        (interval.hits.scheduled, interval.hits.ok, interval.started) = (4, 6, 4);
        interval.count_waiting(&waiting(&[900], &[800]));
        assert!(interval.response().is_empty() && interval.service().is_empty());
    }
}
