use crate::log::{Base, Entry, Stamp};
use crate::timeline::TimeBase;

/// When a hit arrived, as far as its line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) stamp: Stamp,
    /// How long before its stamp it arrived, in microseconds.
    pub(super) before_us: u64,
    pub(super) found: TimeBase,
}

impl Arrival {
    /// Takes it out of `entry`: the start if there is one, or the end and the duration. `base` says what
    /// a stamp tells, whatever the format says, if the entry has no stamp of that.
    #[inline]
    pub(super) fn of(entry: &Entry<'_>, base: Option<Base>) -> Option<Self> {
        let (start, end) = match base {
            None => (entry.start, entry.end),
            Some(Base::Start) => (entry.start.or(entry.end), None),
            Some(Base::End) => (None, entry.end.or(entry.start)),
        };
        if let Some(stamp) = start {
            return Some(Self {
                stamp,
                before_us: 0,
                found: TimeBase::Start,
            });
        }
        let stamp = end?;
        Some(match entry.duration_us {
            Some(before_us) => Self {
                stamp,
                before_us,
                found: TimeBase::EndMinusDuration,
            },
            None => Self {
                stamp,
                before_us: 0,
                found: TimeBase::End,
            },
        })
    }

    /// The instant, for a stamp that is exact, or the earliest one.
    pub(super) fn micros(&self) -> i64 {
        let before = i64::try_from(self.before_us).unwrap_or(i64::MAX);
        self.stamp.micros.saturating_sub(before)
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrival, Base, Entry, Stamp};

    #[test]
    fn the_start_counts_unless_told_otherwise() {
        let stamp = |seconds| Some(Stamp::new(seconds, None));
        let of = |start, end, duration_us| Entry {
            start,
            end,
            duration_us,
            ..Entry::default()
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
            (both, Some(Base::Start), Some(5_000_000)),
            (both, Some(Base::End), Some(6_000_000)),
            (start, None, Some(5_000_000)),
            (start, Some(Base::End), Some(4_999_999)),
            (ended, None, Some(6_000_000)),
            (ended, Some(Base::Start), Some(9_000_000)),
            (Entry::default(), None, None),
        ] {
            let arrival = Arrival::of(&entry, base).map(|arrival| arrival.micros());
            assert_eq!(arrival, micros, "{base:?} {entry:?}");
        }
    }
}
