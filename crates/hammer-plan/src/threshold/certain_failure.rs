//! Thresholds that cannot hold any more.

use std::time::Duration;

use super::figure::{HitCategory, ThresholdFigure, TimeStatistic};
use super::operator::ComparisonOperator;
use super::percentile::Percentile;
use super::{HitTime, Measurements, Threshold};

impl Threshold {
    /// Returns true if the threshold cannot hold at the end of a run of `hits` hits, whatever happens to
    /// those that have not ended in `measured`.
    ///
    /// It counts, and estimates nothing: `p99 < 250ms` fails for certain once more than 1 % of all hits
    /// have been slower or have no answer. Limits of response, service, errors and of the share of
    /// hits achieved are certain to fail at some time; other thresholds, and those with a scope or a
    /// window, are known only at the end.
    #[must_use]
    pub fn cannot_hold(&self, measured: &dyn Measurements, hits: u64) -> bool {
        if self.scope.is_some() || self.window.is_some() {
            return false;
        }
        match &self.figure {
            ThresholdFigure::Time(time @ (HitTime::Response | HitTime::Service), statistic) => {
                self.time_cannot_hold(measured, time, *statistic, hits)
            }
            ThresholdFigure::Count(counted) if counted.is_errors() => {
                let allowed = self.allowed_errors(hits);
                allowed.is_some_and(|allowed| counted.count(measured) > allowed)
            }
            ThresholdFigure::Achieved => {
                let unsent = HitCategory::Unsent.count(measured);
                let best = hits.saturating_sub(unsent) as f64 * 100.0 / hits.max(1) as f64;
                self.is_least() && self.fails(best)
            }
            _ => false,
        }
    }

    /// Returns the longest response or service that the threshold allows for a percentile or the maximum,
    /// or `None` if it does not limit them.
    #[must_use]
    pub fn time_limit(&self) -> Option<Duration> {
        let is_limited = match &self.figure {
            ThresholdFigure::Time(HitTime::Response | HitTime::Service, statistic) => {
                *statistic != TimeStatistic::Min && self.is_most()
            }
            _ => false,
        };
        let us = self.bound_value().filter(|_| is_limited)?;
        Duration::try_from_secs_f64(us / 1e6).ok()
    }

    /// Returns true if the statistic is beyond the bound even if all hits to come take no time.
    fn time_cannot_hold(
        &self,
        measured: &dyn Measurements,
        time: &HitTime,
        statistic: TimeStatistic,
        hits: u64,
    ) -> bool {
        let rank = match statistic {
            TimeStatistic::Percentile(percentile) => Percentile::rank(percentile, hits),
            TimeStatistic::Max => hits,
            TimeStatistic::Min | TimeStatistic::Mean => return false,
        };
        let Some(times) = measured.distribution(time).filter(|_| self.is_most()) else {
            return false;
        };
        let to_come = hits.saturating_sub(times.count());
        let least = rank.checked_sub(to_come).filter(|rank| *rank > 0);
        let least = least.and_then(|rank| times.us_at_rank(rank.min(times.count())));
        least.is_some_and(|us| self.fails(us))
    }

    fn is_most(&self) -> bool {
        matches!(
            self.operator,
            ComparisonOperator::Less | ComparisonOperator::LessOrEqual
        )
    }

    fn is_least(&self) -> bool {
        matches!(
            self.operator,
            ComparisonOperator::Greater | ComparisonOperator::GreaterOrEqual
        )
    }

    fn fails(&self, figure: f64) -> bool {
        let bound = self.bound_value();
        bound.is_some_and(|bound| !self.operator.holds(figure, bound))
    }
}

#[cfg(test)]
mod tests {
    use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
    use hammer_core::{Hit, Outcome, Rate, Report, Run, Schedule};

    use super::*;

    /// A run so far with `fast` answers in 1 ms, `slow` ones in 300 ms, and failures and unsent hits.
    fn so_far(fast: u64, slow: u64, failed: u64, unsent: u64) -> Report {
        let hammer = ScriptedHammer::new(move |hit: &Hit| {
            let ms = if hit.number() < fast { 1 } else { 300 };
            ScriptStep::Answer(Duration::from_millis(ms), Outcome::ok(200))
        });
        let schedule = Schedule::constant(Rate::per_second(1000)).with_hit_count(fast + slow);
        let run = with_paused_clock(Run::new(hammer, schedule));
        let mut report = run.execute().expect("a run");
        assert_eq!(report.hits.ok, fast + slow);
        (report.hits.failed, report.hits.unsent) = (failed, unsent);
        report.hits.scheduled += failed + unsent;
        report
    }

    #[test]
    fn a_threshold_is_lost_as_soon_as_counting_shows_it() {
        for (text, (fast, slow, failed, unsent), lost) in [
            ("p99 < 250ms", (0, 10, 0, 0), false),
            ("p99 < 250ms", (0, 11, 0, 0), true),
            ("p99 < 250ms", (400, 11, 0, 0), true),
            ("p99 < 250ms", (400, 5, 5, 0), false),
            ("p99 < 250ms", (400, 5, 6, 0), true),
            ("p99 < 250ms", (400, 5, 3, 3), true),
            ("p99 < 350ms", (400, 500, 0, 0), false),
            ("p99 <= 250ms", (0, 11, 0, 0), true),
            ("service.p99 < 250ms", (0, 11, 0, 0), true),
            ("p100 < 250ms", (0, 1, 0, 0), true),
            ("max < 250ms", (0, 1, 0, 0), true),
            ("max < 250ms", (900, 0, 0, 0), false),
            ("p99 > 250ms", (1000, 0, 0, 0), false),
            ("mean < 2ms", (0, 1000, 0, 0), false),
            ("errors < 1%", (1, 0, 9, 0), false),
            ("errors < 1%", (1, 0, 10, 0), true),
            ("failed < 3", (1, 0, 3, 0), true),
            ("achieved >= 99%", (1, 0, 0, 10), false),
            ("achieved >= 99%", (1, 0, 0, 11), true),
            ("rate > 900/s", (1, 0, 0, 900), false),
            ("[stage 1] p99 < 250ms", (0, 500, 0, 0), false),
        ] {
            let threshold: Threshold = text.parse().expect(text);
            let measured = so_far(fast, slow, failed, unsent);
            let found = threshold.cannot_hold(&measured, 1_000);
            assert_eq!(found, lost, "{text}: {fast}, {slow}, {failed}, {unsent}");
        }
    }
}
