//! Periodic stalls.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// A stall at regular intervals, like that of a garbage collector.
///
/// ```text
///      period           period           period
/// |-----------####|-----------####|-----------####|
/// first        length
/// arrival
/// ```
///
/// Time counts from the **first arrival**, not from the start of the target, so that a test knows the
/// stalls in its own schedule. A request that arrives during the last `length` of a period waits for the
/// end of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodicStall {
    length: Duration,
    period: Duration,
}

impl PeriodicStall {
    /// Creates a stall of `length` at the end of each period.
    ///
    /// # Errors
    ///
    /// If `length` is zero or longer than `period`.
    pub fn new(length: Duration, period: Duration) -> Result<Self, Error> {
        if length.is_zero() || length > period {
            let message = format!(
                "expected a stall above 0 and up to its period, found {length:?} every {period:?}"
            );
            return Err(Error::new(ErrorKind::Stall, message));
        }
        Ok(Self { length, period })
    }

    /// Returns the time until the end of the stall for a request that arrives `since_first` after the
    /// first one; zero outside of stalls.
    pub(crate) fn wait_at(self, since_first: Duration) -> Duration {
        let period = self.period.as_nanos();
        let left = period - since_first.as_nanos() % period;
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
    fn a_request_during_a_stall_waits_for_its_end() {
        let ms = Duration::from_millis;
        for (length, period, at, wait) in [
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
                PeriodicStall::new(ms(length), ms(period)).expect("not longer than its period");
            assert_eq!(stall.wait_at(ms(at)), ms(wait), "{stall:?} at {at} ms");
        }
    }

    #[test]
    fn refuses_empty_stalls_and_stalls_beyond_their_period() {
        let seconds = Duration::from_secs;
        for (length, period) in [(0, 1), (0, 0), (2, 1)] {
            let stall = PeriodicStall::new(seconds(length), seconds(period));
            let error = stall.expect_err("an invalid stall");
            assert_eq!(error.kind(), ErrorKind::Stall, "{length} {period}");
        }
    }
}
