use std::sync::Arc;
use std::time::Duration;

use hammer_core::{
    AbortReason, DurationSummary, HitCounts, IntervalStats, Report, ThresholdCheck, Verdict,
    VerdictStatus,
};
use serde::{Deserialize, Serialize};

use crate::{HitTime, Measurements};

/// The value of [`PlanReport::schema`].
pub const PLAN_SCHEMA: &str = "hammer.plan-report/1";

/// What is left when a plan of several loads is over: what they have in common, and the report of
/// each. Serialised, it is the JSON that `docs/REPORT.md` describes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanReport {
    /// The name and version of this shape: [`PLAN_SCHEMA`].
    pub schema: String,
    /// The name of the plan's file.
    pub plan: String,
    /// The worst verdict of a load, and the reasons of all, each with the name of its load.
    pub verdict: Verdict,
    /// From the start of the plan to the end of the last schedule, in seconds.
    pub duration_s: f64,
    /// From the start of the plan until the last hit had ended, in seconds.
    pub elapsed_s: f64,
    /// Whether a load was stopped before its schedule ended.
    pub stopped: bool,
    /// The hits of all loads.
    pub hits: HitCounts,
    /// Hits per second over all loads.
    pub rate: PlanRate,
    /// What the generator needed for all loads.
    pub generator: PlanGenerator,
    /// The loads, in the order of the plan.
    pub loads: Vec<LoadReport>,
    /// The conditions that were looked at when the plan was over; those of one load are in its
    /// report, too.
    #[serde(default)]
    pub thresholds: Vec<ThresholdCheck>,
    /// The condition that ended the plan early, if one did.
    #[serde(default)]
    pub aborted: Option<AbortReason>,
    /// All that was measured in all loads; none in a report that was read from JSON.
    #[serde(skip)]
    pub measured: Option<Arc<IntervalStats>>,
}

/// Hits per second over all loads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlanRate {
    /// Hits that were started, over the duration of the plan.
    pub achieved: f64,
}

/// What the generator needed for all loads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanGenerator {
    /// Worker threads of all loads.
    pub threads: usize,
    /// Processor time of the whole process, in seconds.
    pub cpu_s: f64,
    /// Largest resident size of the process, in bytes.
    pub peak_rss_bytes: u64,
}

/// The report of one load of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadReport {
    /// The name of the load.
    pub name: String,
    /// How long after the start of the plan it started, in seconds.
    pub offset_s: f64,
    /// Everything that is reported of a run; its times are counted from the start of the load.
    #[serde(flatten)]
    pub report: Report,
}

impl LoadReport {
    /// The report of the load `name`, which started `offset` after the plan.
    #[must_use]
    pub fn new(name: String, offset: Duration, report: Report) -> Self {
        Self {
            name,
            offset_s: offset.as_secs_f64(),
            report,
        }
    }
}

impl PlanReport {
    /// Puts the loads of `plan` together. `cpu` is the processor time that the process used.
    #[must_use]
    pub fn new(plan: String, cpu: Duration, loads: Vec<LoadReport>) -> Self {
        let latest = |of: fn(&Report) -> f64| {
            let ends = loads.iter().map(|load| load.offset_s + of(&load.report));
            ends.fold(0.0, f64::max)
        };
        let mut hits = HitCounts::default();
        let mut verdict = Verdict {
            status: VerdictStatus::Valid,
            reasons: vec![],
        };
        for LoadReport { name, report, .. } in &loads {
            hits += report.hits;
            verdict.status = verdict.status.max(report.verdict.status);
            let named = report
                .verdict
                .reasons
                .iter()
                .map(|r| format!("{name}: {r}"));
            verdict.reasons.extend(named);
        }
        let measured = loads.iter().map(|load| load.report.measured.as_deref());
        let measured: Option<Vec<&IntervalStats>> = measured.collect();
        let duration_s = latest(|report| report.duration_s);
        let started = hits.scheduled - hits.unsent;
        Self {
            schema: PLAN_SCHEMA.to_owned(),
            plan,
            verdict,
            duration_s,
            elapsed_s: latest(|report| report.elapsed_s),
            stopped: loads.iter().any(|load| load.report.stopped),
            hits,
            rate: PlanRate {
                achieved: if duration_s > 0.0 {
                    started as f64 / duration_s
                } else {
                    0.0
                },
            },
            generator: PlanGenerator {
                threads: loads.iter().map(|l| l.report.generator.threads).sum(),
                cpu_s: cpu.as_secs_f64(),
                peak_rss_bytes: (loads.iter())
                    .map(|load| load.report.generator.peak_rss_bytes)
                    .max()
                    .unwrap_or(0),
            },
            thresholds: vec![],
            aborted: None,
            measured: measured.map(|parts| IntervalStats::merged(parts).into()),
            loads,
        }
    }
}

/// All loads together; a name picks one of them.
impl Measurements for PlanReport {
    fn hits(&self) -> HitCounts {
        self.hits
    }

    fn rate(&self) -> Option<f64> {
        Some(self.rate.achieved)
    }

    /// Each load counts by the hits that were due in it.
    fn achieved(&self) -> Option<f64> {
        let (mut achieved, mut due) = (0.0, 0.0);
        for LoadReport { report, .. } in &self.loads {
            let hits = report.hits.scheduled as f64;
            achieved += report.achieved()? * hits;
            due += hits;
        }
        (due > 0.0).then(|| achieved / due)
    }

    fn interval(&self) -> Option<&IntervalStats> {
        self.measured.as_deref()
    }

    fn summary(&self, _time: &HitTime) -> Option<&DurationSummary> {
        None
    }

    fn label_count(&self, label: &str) -> u64 {
        self.loads
            .iter()
            .map(|load| load.report.label_count(label))
            .sum()
    }

    fn failure_count(&self, failure: &str) -> u64 {
        self.loads
            .iter()
            .map(|load| load.report.failure_count(failure))
            .sum()
    }

    fn load(&self, name: &str) -> Option<&dyn Measurements> {
        let found = self.loads.iter().find(|load| load.name == name)?;
        Some(&found.report)
    }
}
