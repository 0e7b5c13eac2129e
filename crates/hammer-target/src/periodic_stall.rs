//! Periodic standstills.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// A target that stands still at regular intervals, as one does that collects garbage.
///
/// ```text
///      every            every            every
/// |-----------####|-----------####|-----------####|
/// first        length
/// arrival
/// ```
///
/// Time counts from the **first arrival**, not from the target's start, so that a test knows where
/// the stalls lie in its own schedule. A hit that arrives during the last `length` of a period
/// waits for the period's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodicStall {
    length: Duration,
    period: Duration,
}

impl PeriodicStall {
    /// A stall of `length` at the end of each period of `every`.
    ///
    /// # Errors
    ///
    /// If `length` is zero or longer than `every`.
    pub fn new(length: Duration, every: Duration) -> Result<Self, Error> {
        if length.is_zero() || length > every {
            let message = format!("stall {length:?} every {every:?}: it must be within (0, every]");
            return Err(Error::new(ErrorKind::Stall, message));
        }
        Ok(Self {
            length,
            period: every,
        })
    }

    /// How long a hit that arrives `since_first` after the first one waits: nothing, or until the
    /// stall's end.
    pub(crate) fn wait_at(self, since_first: Duration) -> Duration {
        let every = self.period.as_nanos();
        let left = every - since_first.as_nanos() % every;
        if left > self.length.as_nanos() {
            return Duration::ZERO;
        }
        Duration::from_nanos_u128(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hit_in_the_stall_waits_for_its_end() {
        let ms = Duration::from_millis;
        for (length, every, at, wait) in [
            (200, 1000, 0, 0),
            (200, 1000, 799, 0),
            (200, 1000, 800, 200),
            (200, 1000, 999, 1),
            (200, 1000, 1000, 0),
            (200, 1000, 5900, 100),
            (1000, 1000, 0, 1000),
            (1000, 1000, 250, 750),
        ] {
            let stall =
                PeriodicStall::new(ms(length), ms(every)).expect("it is shorter than its period");
            assert_eq!(stall.wait_at(ms(at)), ms(wait), "{stall:?} at {at} ms");
        }
    }

    #[test]
    fn refuses_what_is_not_within_its_period() {
        for (length, every) in [(0, 1), (0, 0), (2, 1)] {
            let stall = PeriodicStall::new(Duration::from_secs(length), Duration::from_secs(every));
            let error = stall.expect_err("it does not fit");
            assert_eq!(error.kind(), ErrorKind::Stall, "{length} {every}");
        }
    }
}
