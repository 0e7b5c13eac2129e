use std::time::Duration;

use crate::Rate;

/// The offsets from the start at which hits are due.
///
/// A schedule is a pure function of the index of a hit: nothing accumulates, so a fractional rate
/// is exact after a week. `max` is the exception: a hit is due when a slot is free (a closed loop).
///
/// ```
/// use std::time::Duration;
/// use hammer_core::{Rate, Schedule};
///
/// let schedule = Schedule::constant("2.5".parse()?).lasting(Duration::from_secs(2));
/// let due: Vec<_> = schedule.offsets().map(|t| t.as_millis()).collect();
/// assert_eq!(due, [0, 400, 800, 1200, 1600]);
/// # Ok::<(), hammer_core::RateError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    rate: Option<Rate>,
    duration: Option<Duration>,
    hits: Option<u64>,
}

impl Schedule {
    /// Hit k is due at k / rate, without end until it is bounded.
    #[must_use]
    pub fn constant(rate: Rate) -> Self {
        Self {
            rate: Some(rate),
            duration: None,
            hits: None,
        }
    }

    /// As fast as the slots allow: a closed loop.
    #[must_use]
    pub fn max() -> Self {
        Self {
            rate: None,
            duration: None,
            hits: None,
        }
    }

    /// Ends the schedule after `duration`.
    #[must_use]
    pub fn lasting(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Ends the schedule after `hits` hits.
    #[must_use]
    pub fn hits(mut self, hits: u64) -> Self {
        self.hits = Some(hits);
        self
    }

    /// The rate that was asked for; none for a closed loop.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        self.rate
    }

    /// How many hits there will be; none if that depends on the target or there is no end.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        let by_time = self
            .rate
            .zip(self.duration)
            .map(|(rate, end)| rate.hits_before(end));
        match (by_time, self.hits) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (Some(a), None) => Some(a),
            // A closed loop with both bounds ends at whichever comes first.
            (None, Some(b)) if self.rate.is_some() || self.duration.is_none() => Some(b),
            _ => None,
        }
    }

    /// How long the schedule lasts; none if that depends on the target or there is no end.
    #[must_use]
    pub fn length(&self) -> Option<Duration> {
        let by_hits = self.rate.zip(self.hits).map(|(rate, hits)| rate.due(hits));
        match (self.duration, by_hits) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// All offsets in order; for a closed loop there are none to tell.
    pub fn offsets(&self) -> impl Iterator<Item = Duration> + use<> {
        let mut share = self.share(0, 1);
        std::iter::from_fn(move || {
            let due = share.peek()?;
            share.advance();
            Some(due)
        })
    }

    /// What worker `worker` of `workers` has to do: every hit k with k mod `workers` = `worker`.
    pub(crate) fn share(&self, worker: u64, workers: u64) -> Share {
        let end = match self.rate {
            Some(_) => self.total().unwrap_or(u64::MAX),
            None => self.hits.unwrap_or(u64::MAX),
        };
        Share {
            rate: self.rate,
            next: worker,
            step: workers,
            end,
            until: self.duration,
        }
    }
}

/// A worker's part of a schedule.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    rate: Option<Rate>,
    next: u64,
    step: u64,
    end: u64,
    until: Option<Duration>,
}

impl Share {
    /// When the next hit is due; none at the end, and none for a closed loop.
    pub(crate) fn peek(&self) -> Option<Duration> {
        let rate = self.rate?;
        (self.next < self.end).then(|| rate.due(self.next))
    }

    /// Takes the next hit's number; the schedule moves on.
    pub(crate) fn advance(&mut self) -> u64 {
        let number = self.next;
        self.next = self.next.saturating_add(self.step);
        number
    }

    /// Takes the next hit of a closed loop at `now`, if there is one left.
    pub(crate) fn take_free(&mut self, now: Duration) -> Option<u64> {
        let open = self.rate.is_none()
            && self.next < self.end
            && self.until.is_none_or(|until| now < until);
        open.then(|| self.advance())
    }

    /// Whether a closed loop has no hit left at `now`.
    pub(crate) fn is_used_up(&self, now: Duration) -> bool {
        self.next >= self.end || self.until.is_some_and(|until| now >= until)
    }

    /// The rate of this share; none for a closed loop.
    pub(crate) fn rate_per_worker(&self) -> Option<Rate> {
        self.rate.map(|rate| rate.divided(self.step))
    }

    pub(crate) fn is_closed_loop(&self) -> bool {
        self.rate.is_none()
    }

    /// When a closed loop must stop taking hits by the clock.
    pub(crate) fn until(&self) -> Option<Duration> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_times_are_exact_over_a_week_at_any_rate() {
        let week = Duration::from_secs(7 * 24 * 3600);
        for (rate, hits) in [
            ("1M", 604_800_000_000_u64),
            ("3/h", 504),
            ("7/m", 70_560),
            ("0.3", 181_440),
        ] {
            let schedule = Schedule::constant(rate.parse().expect(rate)).lasting(week);
            assert_eq!(schedule.total(), Some(hits), "{rate}");
            let rate = schedule.rate().expect("a constant rate");
            for part in 0..=100_u64 {
                let k = (u128::from(hits) * u128::from(part) / 100) as u64;
                let exact = week.as_nanos() * u128::from(k) / u128::from(hits);
                assert_eq!(rate.due(k).as_nanos(), exact, "hit {k} of {hits}");
            }
        }
    }

    #[test]
    fn shares_put_together_are_the_schedule() {
        let schedule = Schedule::constant(Rate::per_second(3)).hits(10);
        let whole: Vec<_> = schedule.offsets().collect();
        let mut parts = vec![];
        for worker in 0..3 {
            let mut share = schedule.share(worker, 3);
            while let Some(due) = share.peek() {
                parts.push((share.advance(), due));
            }
        }
        parts.sort_unstable();
        assert_eq!(parts.len(), 10);
        assert!(
            parts
                .iter()
                .enumerate()
                .all(|(k, part)| *part == (k as u64, whole[k]))
        );
    }

    #[test]
    fn bounds_by_time_and_count_meet() {
        let base = Schedule::constant(Rate::per_second(10));
        let secs = Duration::from_secs;
        assert_eq!(base.total(), None);
        assert_eq!(base.clone().lasting(secs(2)).hits(5).total(), Some(5));
        assert_eq!(base.clone().lasting(secs(2)).hits(50).total(), Some(20));
        assert_eq!(base.clone().hits(50).length(), Some(secs(5)));
        assert_eq!(Schedule::max().hits(7).total(), Some(7));
        assert_eq!(Schedule::max().hits(7).lasting(secs(1)).total(), None);
        let mut free = Schedule::max().hits(2).lasting(secs(1)).share(0, 1);
        assert_eq!(free.take_free(secs(0)), Some(0));
        assert_eq!(free.take_free(secs(1)), None, "its time is over");
    }
}
