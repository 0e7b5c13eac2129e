//! The report of a plan with several loads.

use std::sync::Arc;
use std::time::Duration;

use hammer_core::{
    AbortReason, CheckedThreshold, DurationSummary, HitCounts, IntervalStats, Report, Verdict,
};
use serde::{Deserialize, Serialize};

use crate::{HitTime, Measurements};

/// The value of [`PlanReport::schema`].
pub const PLAN_SCHEMA: &str = "hammer.plan-report/1";

/// The report of a plan with several loads: totals, and the report of each load.
///
/// Serialized, it is the JSON that `docs/REPORT.md` describes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanReport {
    /// The name and version of the JSON format: [`PLAN_SCHEMA`].
    pub schema: String,
    /// The name of the plan's file.
    pub plan: String,
    /// The worst verdict of all loads. Each reason begins with the name of its load.
    pub verdict: Verdict,
    /// The time from the start of the plan to the end of the last schedule, in seconds.
    pub duration_s: f64,
    /// The time from the start of the plan to the end of the last hit, in seconds.
    pub elapsed_s: f64,
    /// True if a load was stopped before its schedule ended.
    pub stopped: bool,
    /// The hits of all loads.
    pub hits: HitCounts,
    /// Hits per second over all loads.
    pub rate: AchievedPlanRate,
    /// Resources that the generator used for all loads.
    pub generator: PlanGeneratorUsage,
    /// The loads, in the order of the plan.
    pub loads: Vec<PlanLoadReport>,
    /// The thresholds checked at the end of the plan. Thresholds of one load are also in its
    /// report.
    #[serde(default)]
    pub thresholds: Vec<CheckedThreshold>,
    /// The threshold that ended the plan early, if any.
    #[serde(default)]
    pub aborted: Option<AbortReason>,
    /// The measurements of all loads with their histograms; `None` in a report read from JSON.
    #[serde(skip)]
    pub measured: Option<Arc<IntervalStats>>,
}

/// Hits per second over all loads.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AchievedPlanRate {
    /// Hits started, or answered in a closed loop, divided by the duration of the plan.
    pub achieved: f64,
}

/// Resources that the generator used for all loads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanGeneratorUsage {
    /// Worker threads of all loads.
    pub threads: usize,
    /// Processor time of the whole process, in seconds.
    pub cpu_s: f64,
    /// Largest resident size of the process, in bytes.
    pub peak_rss_bytes: u64,
}

/// The report of one load of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanLoadReport {
    /// The name of the load.
    pub name: String,
    /// The start of the load after the start of the plan, in seconds.
    pub offset_s: f64,
    /// The report of the run. Its times count from the start of the load.
    #[serde(flatten)]
    pub report: Report,
}

impl PlanLoadReport {
    /// Makes the report of the load `name`, which started `offset` after the plan.
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
    /// Combines the reports of the loads of `plan`. `cpu` is the processor time of the process.
    #[must_use]
    pub fn new(plan: String, cpu: Duration, loads: Vec<PlanLoadReport>) -> Self {
        let latest = |of: fn(&Report) -> f64| {
            let ends = loads.iter().map(|load| load.offset_s + of(&load.report));
            ends.fold(0.0, f64::max)
        };
        let mut hits = HitCounts::default();
        let mut verdict = Verdict::default();
        for PlanLoadReport { name, report, .. } in &loads {
            hits += report.hits;
            verdict.status = verdict.status.max(report.verdict.status);
            let named = report
                .verdict
                .reasons
                .iter()
                .map(|r| format!("{name}: {r}"));
            verdict.reasons.extend(named);
            verdict.codes.extend_from_slice(&report.verdict.codes);
        }
        let measured = loads.iter().map(|load| load.report.measured.as_deref());
        let measured: Option<Vec<&IntervalStats>> = measured.collect();
        let duration_s = latest(|report| report.duration_s);
        let achieved: u64 = loads.iter().map(|load| achieved_hits(&load.report)).sum();
        Self {
            schema: PLAN_SCHEMA.to_owned(),
            plan,
            verdict,
            duration_s,
            elapsed_s: latest(|report| report.elapsed_s),
            stopped: loads.iter().any(|load| load.report.stopped),
            hits,
            rate: AchievedPlanRate {
                achieved: if duration_s > 0.0 {
                    achieved as f64 / duration_s
                } else {
                    0.0
                },
            },
            generator: PlanGeneratorUsage {
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

/// The hits of a load that count towards the rate.
fn achieved_hits(report: &Report) -> u64 {
    let started = report.hits.scheduled - report.hits.unsent;
    report.loop_kind.achieved_hits(started, &report.hits)
}

/// Measures all loads together; a scope selects one load.
impl Measurements for PlanReport {
    fn hits(&self) -> HitCounts {
        self.hits
    }

    fn rate(&self) -> Option<f64> {
        Some(self.rate.achieved)
    }

    /// Returns the mean over the loads, weighted by the hits scheduled in each.
    fn achieved(&self) -> Option<f64> {
        let (mut achieved, mut due) = (0.0, 0.0);
        for PlanLoadReport { report, .. } in &self.loads {
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
