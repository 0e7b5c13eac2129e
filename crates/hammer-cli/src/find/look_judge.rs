//! The judgement of a look: while it lasts, and after it.

use std::time::Duration;

use hammer_analysis::LookOutcome;
use hammer_core::{
    ArrivalProcess, CheckedThreshold, Report, RunTick, Schedule, Shape, TimelineSlice,
    VerdictStatus,
};
use hammer_plan::{LoadOutline, RunningMeasurements, Threshold};

/// Judges looks by the objectives.
#[derive(Debug)]
pub(super) struct LookJudge {
    objectives: Vec<Threshold>,
    arrivals: ArrivalProcess,
    /// The groups of hits, which objectives can name.
    groups: Vec<String>,
    current: Option<RunningLook>,
    /// The p99 of the highest level that held, in microseconds, with that level.
    settled: Option<(f64, f64)>,
}

/// The look that runs.
#[derive(Debug)]
struct RunningLook {
    measurements: RunningMeasurements,
    /// The most hits that the look can have.
    hits: u64,
    rate: f64,
    /// The objective that fails for certain, if one does.
    lost: Option<LostObjective>,
}

/// An objective that fails for certain.
#[derive(Debug)]
struct LostObjective {
    checked: CheckedThreshold,
    /// The time from the start.
    elapsed: Duration,
}

/// A look with its outcome.
#[derive(Debug)]
pub(super) struct JudgedLook {
    pub(super) outcome: LookOutcome,
    /// The objectives, with the measured value of each.
    pub(super) objectives: Vec<CheckedThreshold>,
    /// The reason why it ended early, if it did.
    pub(super) ended_early: Option<String>,
    /// False if the target was still slow from the look before.
    pub(super) has_recovered: bool,
}

impl LookJudge {
    pub(super) fn new(
        objectives: Vec<Threshold>,
        arrivals: ArrivalProcess,
        groups: Vec<String>,
    ) -> Self {
        Self {
            objectives,
            arrivals,
            groups,
            current: None,
            settled: None,
        }
    }

    /// The longest time that an objective allows, or `None` if none limits a time.
    pub(super) fn time_limit(&self) -> Option<Duration> {
        let limits = self.objectives.iter().filter_map(Threshold::time_limit);
        limits.max()
    }

    /// Begins a look of this shape and length.
    pub(super) fn begin(&mut self, shape: &Shape, length: Duration) {
        let outline = LoadOutline::new("", shape.clone())
            .with_groups(self.groups.clone())
            .with_length(Some(length));
        let schedule = Schedule::new(shape.clone())
            .with_arrivals(self.arrivals)
            .with_duration(length);
        let loads = [(outline, Duration::ZERO)];
        self.current = Some(RunningLook {
            measurements: RunningMeasurements::new(loads, &self.objectives),
            hits: most_hits(&schedule),
            rate: shape.peak().unwrap_or_default(),
            lost: None,
        });
    }

    /// Returns true if the look that runs cannot hold any more.
    pub(super) fn fails_for_certain(&mut self, tick: &RunTick<'_>) -> bool {
        let Some(look) = &mut self.current else {
            return false;
        };
        if look.lost.is_some() {
            return true;
        }
        let Some(elapsed) = look.measurements.tick(0, tick) else {
            return false;
        };
        let now = look.measurements.now();
        let mut objectives = self.objectives.iter();
        let lost = objectives.find(|objective| now.cannot_hold(objective, look.hits));
        let lost = lost.map(|objective| LostObjective {
            checked: CheckedThreshold {
                passed: false,
                ..now.check(objective)
            },
            elapsed,
        });
        drop(now);
        look.lost = lost;
        look.lost.is_some()
    }

    /// Judges a look by its report.
    pub(super) fn judge(&mut self, report: &Report) -> JudgedLook {
        let current = self.current.take();
        let rate = current.as_ref().map_or(0.0, |look| look.rate);
        let lost = current.and_then(|look| look.lost);
        // Hits that a look that ended early did not wait for say nothing.
        let checked: Vec<CheckedThreshold> = match &lost {
            Some(lost) => vec![lost.checked.clone()],
            None => self.objectives.iter().map(|it| it.check(report)).collect(),
        };
        let has_failed = lost.is_some() || checked.iter().any(|checked| !checked.passed);
        let ended_early = lost.map(|LostObjective { checked, elapsed }| {
            let (objective, seconds) = (checked.expression, elapsed.as_secs());
            format!("'{objective}' could not hold any more after {seconds} s")
        });
        let outcome = match report.verdict.status {
            VerdictStatus::Invalid => LookOutcome::Void,
            _ if has_failed => LookOutcome::Failed,
            _ => LookOutcome::Held,
        };
        let has_recovered = self.has_recovered(report);
        let p99 = report.response_us.p99;
        let is_higher = self.settled.is_none_or(|(known, _)| rate >= known);
        if outcome == LookOutcome::Held && is_higher {
            self.settled = Some((rate, p99));
        }
        JudgedLook {
            outcome,
            objectives: checked,
            ended_early,
            has_recovered,
        }
    }

    /// Returns false if the first second was slower than the level that held before, and slower than the
    /// rest of the look: then the target had not recovered.
    fn has_recovered(&self, report: &Report) -> bool {
        let (Some((_, settled)), Some((first, rest))) =
            (self.settled, report.timeline.split_first())
        else {
            return true;
        };
        let p99 = |slice: &TimelineSlice| slice.response_us.p99;
        let later = rest.iter().map(p99).fold(0.0, f64::max);
        rest.is_empty() || p99(first) <= settled.max(later)
    }
}

/// The number of hits of a schedule, or for random arrivals a number that it hardly ever exceeds.
fn most_hits(schedule: &Schedule) -> u64 {
    schedule.hit_count().unwrap_or_else(|| {
        let length = schedule.duration().unwrap_or_default();
        let mean = schedule.shape().hits_before(length) as f64;
        (mean + 5.0 * mean.sqrt()).ceil() as u64
    })
}
