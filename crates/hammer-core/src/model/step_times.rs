//! The steps of opening a connection, to name the one that a timeout is due to.

use std::time::{Duration, Instant};

use crate::model::failure::Failure;

/// The step in progress, and the longest of those before it.
///
/// A timeout is named by the longest step: the last one may have just begun when the time was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepTimes {
    current: Option<(Failure, Instant)>,
    longest: Option<(Failure, Duration)>,
}

impl StepTimes {
    /// Ends the step in progress at `now`, and begins one with this failure of a timeout.
    pub(crate) fn begin(&mut self, timeout_failure: Failure, now: Instant) {
        self.longest = self.longest_at(now);
        self.current = Some((timeout_failure, now));
    }

    /// Returns the failure of a timeout at `now`, if a step has begun.
    pub(crate) fn timeout_failure(&self, now: Instant) -> Option<Failure> {
        self.longest_at(now).map(|(failure, _)| failure)
    }

    fn longest_at(&self, now: Instant) -> Option<(Failure, Duration)> {
        let current = self
            .current
            .map(|(failure, begun)| (failure, now.saturating_duration_since(begun)));
        // The later one of equal steps.
        match (current, self.longest) {
            (Some(current), Some(longest)) if longest.1 > current.1 => Some(longest),
            (Some(current), _) => Some(current),
            (None, longest) => longest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_due_to_the_longest_step() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let [lookup, connect, tls] = ["lookup", "connect", "tls"].map(Failure::new);
        let mut times = StepTimes::default();
        assert_eq!(times.timeout_failure(at(0)), None);
        times.begin(lookup, at(0));
        assert_eq!(times.timeout_failure(at(5)), Some(lookup));
        times.begin(connect, at(10));
        assert_eq!(times.timeout_failure(at(15)), Some(lookup));
        assert_eq!(times.timeout_failure(at(20)), Some(connect));
        times.begin(tls, at(40));
        assert_eq!(times.timeout_failure(at(41)), Some(connect));
        assert_eq!(times.timeout_failure(at(99)), Some(tls));
    }
}
