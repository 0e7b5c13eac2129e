//! Arrival time of a row.

use crate::log::{LogEntry, LogTimestamp, TimestampedRequestEvent};
use crate::timeline::ArrivalTimeDerivation;

/// The arrival of a request, as its line determines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowArrival {
    pub(super) timestamp: LogTimestamp,
    /// Time between the arrival and the timestamp, in microseconds.
    pub(super) before_us: u64,
    pub(super) time_base: ArrivalTimeDerivation,
}

impl RowArrival {
    /// Computes the arrival of `entry`: the start, or else the end minus the duration. With `time_base`,
    /// uses the timestamp of that event, or else treats the other timestamp as one of that event.
    #[inline]
    pub(super) fn from_entry(
        entry: &LogEntry<'_>,
        time_base: Option<TimestampedRequestEvent>,
    ) -> Option<Self> {
        let (start, end) = match time_base {
            None => (entry.start, entry.end),
            Some(TimestampedRequestEvent::Start) => (entry.start.or(entry.end), None),
            Some(TimestampedRequestEvent::End) => (None, entry.end.or(entry.start)),
        };
        if let Some(timestamp) = start {
            return Some(Self {
                timestamp,
                before_us: 0,
                time_base: ArrivalTimeDerivation::Start,
            });
        }
        let timestamp = end?;
        Some(match entry.duration_us {
            Some(before_us) => Self {
                timestamp,
                before_us,
                time_base: ArrivalTimeDerivation::EndMinusDuration,
            },
            None => Self {
                timestamp,
                before_us: 0,
                time_base: ArrivalTimeDerivation::End,
            },
        })
    }

    /// Returns the arrival in µs since 1970; for a whole second, the earliest possible one.
    pub(super) fn micros(&self) -> i64 {
        let before = i64::try_from(self.before_us).unwrap_or(i64::MAX);
        self.timestamp.micros.saturating_sub(before)
    }
}

#[cfg(test)]
mod tests {
    use super::{LogEntry, LogTimestamp, RowArrival, TimestampedRequestEvent};

    #[test]
    fn the_start_counts_unless_the_time_base_is_the_end() {
        let timestamp = |seconds| Some(LogTimestamp::from_seconds(seconds, None));
        let entry_of = |start, end, duration_us| LogEntry {
            start,
            end,
            duration_us,
            ..LogEntry::default()
        };
        let (one, both) = (
            entry_of(None, timestamp(9), None),
            entry_of(timestamp(5), timestamp(9), Some(3_000_000)),
        );
        let (start, ended) = (
            entry_of(timestamp(5), None, Some(1)),
            entry_of(None, timestamp(9), Some(3_000_000)),
        );
        for (entry, time_base, micros) in [
            (one, None, Some(9_000_000)),
            (both, None, Some(5_000_000)),
            (both, Some(TimestampedRequestEvent::Start), Some(5_000_000)),
            (both, Some(TimestampedRequestEvent::End), Some(6_000_000)),
            (start, None, Some(5_000_000)),
            (start, Some(TimestampedRequestEvent::End), Some(4_999_999)),
            (ended, None, Some(6_000_000)),
            (ended, Some(TimestampedRequestEvent::Start), Some(9_000_000)),
            (LogEntry::default(), None, None),
        ] {
            let arrival = RowArrival::from_entry(&entry, time_base).map(|arrival| arrival.micros());
            assert_eq!(arrival, micros, "{time_base:?} {entry:?}");
        }
    }
}
