use super::row_arrival::RowArrival;
use crate::timeline::TimeBase;

/// What the stamps of a log were like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TimestampStats {
    pub(super) time_base: Option<TimeBase>,
    whole_seconds: bool,
    /// The step of those that are finer, in microseconds.
    fine_step_us: Option<u64>,
}

impl TimestampStats {
    /// Takes one into account.
    #[inline]
    pub(super) fn record(&mut self, arrival: &RowArrival) {
        if self.time_base != Some(arrival.time_base) {
            self.time_base = Some(
                self.time_base
                    .map_or(arrival.time_base, |_| TimeBase::Mixed),
            );
        }
        if arrival.timestamp.whole_second {
            self.whole_seconds = true;
        } else if self.fine_step_us != Some(1) {
            let millis = arrival
                .timestamp
                .micros
                .unsigned_abs()
                .is_multiple_of(1_000);
            self.fine_step_us = Some(if millis { 1_000 } else { 1 });
        }
    }

    /// The coarsest step, in microseconds; none if there was no stamp.
    pub(super) fn resolution_us(&self) -> Option<u64> {
        if self.whole_seconds {
            return Some(1_000_000);
        }
        self.fine_step_us
    }

    /// What all of them were like.
    pub(super) fn combine(all: impl Iterator<Item = Self>) -> (Option<TimeBase>, Option<u64>) {
        let (mut base, mut resolution_us) = (None, None);
        for stamps in all {
            resolution_us = stamps.resolution_us().max(resolution_us);
            base = match (base, stamps.time_base) {
                (None, other) | (other, None) => other,
                (one, other) if one == other => one,
                _ => Some(TimeBase::Mixed),
            };
        }
        (base, resolution_us)
    }
}
