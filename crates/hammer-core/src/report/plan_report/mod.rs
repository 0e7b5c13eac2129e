//! The report of a plan, which is the report of any run.

mod json;
mod not_ok_hits;
mod valid_text;
mod worst_verdict;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::not_ok_hits::NotOkHits;
use self::worst_verdict::worst_verdict;
use crate::report::baseline_comparison::BaselineComparison;
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;
use crate::report::replay_comparison::ReplayComparison;
use crate::report::report::Report;
use crate::report::threshold_check::{AbortReason, CheckedThreshold};
use crate::report::verdict::{Verdict, VerdictStatus};

/// The value of [`PlanReport::schema`].
pub const PLAN_SCHEMA: &str = "hammer.plan-report/1";

/// The report of a plan: totals, and the report of each load.
///
/// A run without a plan is a plan of a [single load](Self::single_load). Serialized, a single load is
/// the JSON of its [`Report`], and any other plan is the JSON that `docs/REPORT.md` describes for
/// plans. Both are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
// Derives functions that `json.rs` calls for a plan that is not a single load.
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct PlanReport {
    /// The name and version of the JSON format: [`PLAN_SCHEMA`].
    pub schema: String,
    /// The name of the plan's file; empty for a run without a plan.
    pub plan: String,
    /// The worst verdict of all loads. The worst reasons come first. Each begins with the name of its
    /// load, unless the plan is a single load.
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
    /// The comparison with the log, if the run is a replay. The JSON has it as `replay`, also if it is
    /// flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplayComparison>,
    /// The comparison with an earlier run, if one was given. The JSON has it as `baseline`, also if it is
    /// flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineComparison>,
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
    /// The maximum number of loads in a run file, and in a plan.
    pub const MAX_LOADS: usize = 64;

    /// Combines the reports of the loads of `plan`. `cpu` is the processor time of the process.
    #[must_use]
    pub fn new(plan: String, cpu: Duration, loads: Vec<PlanLoadReport>) -> Self {
        let single = single_load(&loads);
        let duration_s = latest_end(&loads, |report| report.duration_s);
        let mut hits = HitCounts::default();
        loads.iter().for_each(|load| hits += load.report.hits);
        let counted = loads.iter().map(|load| achieved_hits(&load.report));
        let counted = counted.fold(0, u64::saturating_add);
        let achieved = match single {
            Some(report) => report.rate.achieved,
            None if duration_s > 0.0 => counted as f64 / duration_s,
            None => 0.0,
        };
        let generators = loads.iter().map(|load| &load.report.generator);
        let mut report = Self {
            schema: PLAN_SCHEMA.to_owned(),
            plan,
            verdict: match single {
                Some(report) => report.verdict.clone(),
                None => worst_verdict(&loads),
            },
            duration_s,
            elapsed_s: latest_end(&loads, |report| report.elapsed_s),
            stopped: loads.iter().any(|load| load.report.stopped),
            hits,
            rate: AchievedPlanRate { achieved },
            generator: PlanGeneratorUsage {
                threads: (generators.clone().map(|generator| generator.threads))
                    .fold(0, usize::saturating_add),
                cpu_s: cpu.as_secs_f64(),
                peak_rss_bytes: generators
                    .map(|generator| generator.peak_rss_bytes)
                    .max()
                    .unwrap_or(0),
            },
            thresholds: vec![],
            aborted: None,
            replay: None,
            baseline: None,
            measured: None,
            loads,
        };
        report.merge_measurements();
        report
    }

    /// Sets the measurements of all loads together from those of each load.
    pub(crate) fn merge_measurements(&mut self) {
        self.measured = match self.single_load() {
            Some(report) => report.measured.clone(),
            None => all_measurements(&self.loads),
        };
    }

    /// Makes the report of a run without a plan.
    #[must_use]
    pub fn from_single_load(report: Report) -> Self {
        let cpu = Duration::try_from_secs_f64(report.generator.cpu_s).unwrap_or_default();
        let (thresholds, aborted) = (report.thresholds.clone(), report.aborted.clone());
        let load = PlanLoadReport::new(String::new(), Duration::ZERO, report);
        Self {
            thresholds,
            aborted,
            ..Self::new(String::new(), cpu, vec![load])
        }
    }

    /// Returns the report of the load if the plan has only one, which starts with the plan.
    #[must_use]
    pub fn single_load(&self) -> Option<&Report> {
        single_load(&self.loads)
    }

    /// Returns true if there are thresholds, or a condition ended the plan, and an invalid verdict
    /// leaves them without a meaning. Also if no condition ended the plan, and the thresholds relative to
    /// a baseline were not judged.
    #[must_use]
    pub fn is_unjudged(&self) -> bool {
        let is_invalid = self.verdict.status == VerdictStatus::Invalid;
        let is_unjudged = |checked: &CheckedThreshold| is_invalid || !checked.judged;
        match self.aborted {
            Some(_) => is_invalid,
            None => self.thresholds.iter().any(is_unjudged),
        }
    }

    /// Returns true if all thresholds hold and no condition ended the plan early.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.aborted.is_none() && self.thresholds.iter().all(|checked| checked.passed)
    }
}

fn single_load(loads: &[PlanLoadReport]) -> Option<&Report> {
    match loads {
        [load] if load.offset_s == 0.0 => Some(&load.report),
        _ => None,
    }
}

/// Returns the latest end of all loads, in seconds after the start of the plan.
fn latest_end(loads: &[PlanLoadReport], end_s: fn(&Report) -> f64) -> f64 {
    let ends = loads.iter().map(|load| load.offset_s + end_s(&load.report));
    ends.fold(0.0, f64::max)
}

/// The hits of a load that count towards the rate.
fn achieved_hits(report: &Report) -> u64 {
    let started = report.hits.scheduled.saturating_sub(report.hits.unsent);
    report.loop_kind.achieved_hits(started, &report.hits)
}

/// Merges the measurements of all loads, or returns `None` if those of a load are unknown.
fn all_measurements(loads: &[PlanLoadReport]) -> Option<Arc<IntervalStats>> {
    let measured = loads.iter().map(|load| load.report.measured.as_deref());
    let measured: Vec<&IntervalStats> = measured.collect::<Option<_>>()?;
    Some(IntervalStats::merged(measured).into())
}
