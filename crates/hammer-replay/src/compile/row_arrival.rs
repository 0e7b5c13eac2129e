use crate::log::{LogEntry, LogTimestamp, TimestampEvent};
use crate::timeline::TimeBase;

/// When a hit arrived, as far as its line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowArrival {
    pub(super) timestamp: LogTimestamp,
    /// How long before its stamp it arrived, in microseconds.
    pub(super) before_us: u64,
    pub(super) time_base: TimeBase,
}

impl RowArrival {
    /// Takes it out of `entry`: the start if there is one, or the end and the duration. `base` says what
    /// a stamp tells, whatever the format says, if the entry has no stamp of that.
    #[inline]
    pub(super) fn from_entry(entry: &LogEntry<'_>, base: Option<TimestampEvent>) -> Option<Self> {
        let (start, end) = match base {
            None => (entry.start, entry.end),
            Some(TimestampEvent::Start) => (entry.start.or(entry.end), None),
            Some(TimestampEvent::End) => (None, entry.end.or(entry.start)),
        };
        if let Some(stamp) = start {
            return Some(Self {
                timestamp: stamp,
                before_us: 0,
                time_base: TimeBase::Start,
            });
        }
        let stamp = end?;
        Some(match entry.duration_us {
            Some(before_us) => Self {
                timestamp: stamp,
                before_us,
                time_base: TimeBase::EndMinusDuration,
            },
            None => Self {
                timestamp: stamp,
                before_us: 0,
                time_base: TimeBase::End,
            },
        })
    }

    /// The instant, for a stamp that is exact, or the earliest one.
    pub(super) fn micros(&self) -> i64 {
        let before = i64::try_from(self.before_us).unwrap_or(i64::MAX);
        self.timestamp.micros.saturating_sub(before)
    }
}

#[cfg(test)]
mod tests {
    use super::{LogEntry, LogTimestamp, RowArrival, TimestampEvent};

    #[test]
    fn the_start_counts_unless_told_otherwise() {
        let stamp = |seconds| Some(LogTimestamp::from_seconds(seconds, None));
        let of = |start, end, duration_us| LogEntry {
            start,
            end,
            duration_us,
            ..LogEntry::default()
        };
        let (one, both) = (
            of(None, stamp(9), None),
            of(stamp(5), stamp(9), Some(3_000_000)),
        );
        let (start, ended) = (
            of(stamp(5), None, Some(1)),
            of(None, stamp(9), Some(3_000_000)),
        );
        for (entry, base, micros) in [
            (one, None, Some(9_000_000)),
            (both, None, Some(5_000_000)),
            (both, Some(TimestampEvent::Start), Some(5_000_000)),
            (both, Some(TimestampEvent::End), Some(6_000_000)),
            (start, None, Some(5_000_000)),
            (start, Some(TimestampEvent::End), Some(4_999_999)),
            (ended, None, Some(6_000_000)),
            (ended, Some(TimestampEvent::Start), Some(9_000_000)),
            (LogEntry::default(), None, None),
        ] {
            let arrival = RowArrival::from_entry(&entry, base).map(|arrival| arrival.micros());
            assert_eq!(arrival, micros, "{base:?} {entry:?}");
        }
    }
}
