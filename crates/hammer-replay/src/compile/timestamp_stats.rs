//! Statistics of timestamps.

use super::row_arrival::RowArrival;
use crate::timeline::ArrivalTimeDerivation;

/// The time base and the resolution of the timestamps of a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TimestampStats {
    pub(super) time_base: Option<ArrivalTimeDerivation>,
    whole_seconds: bool,
    /// The resolution of timestamps with a fraction, in microseconds.
    fine_step_us: Option<u64>,
}

impl TimestampStats {
    /// Records a timestamp.
    #[inline]
    pub(super) fn record(&mut self, arrival: &RowArrival) {
        if self.time_base != Some(arrival.time_base) {
            self.time_base = Some(
                self.time_base
                    .map_or(arrival.time_base, |_| ArrivalTimeDerivation::Mixed),
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

    /// Returns the coarsest resolution, in microseconds, or `None` without timestamps.
    pub(super) fn resolution_us(&self) -> Option<u64> {
        if self.whole_seconds {
            return Some(1_000_000);
        }
        self.fine_step_us
    }

    /// Combines the statistics of several logs.
    pub(super) fn combine(
        all: impl Iterator<Item = Self>,
    ) -> (Option<ArrivalTimeDerivation>, Option<u64>) {
        let (mut time_base, mut resolution_us) = (None, None);
        for stats in all {
            resolution_us = stats.resolution_us().max(resolution_us);
            time_base = match (time_base, stats.time_base) {
                (None, other) | (other, None) => other,
                (first, other) if first == other => first,
                _ => Some(ArrivalTimeDerivation::Mixed),
            };
        }
        (time_base, resolution_us)
    }
}
