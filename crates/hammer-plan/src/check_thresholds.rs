//! Thresholds of a plan's report.

use hammer_core::{AbortReason, PlanReport, VerdictStatus};

use crate::{Threshold, ThresholdScope};

/// Checks the thresholds against the whole plan, and records the results with the condition that
/// ended the plan early, if any.
///
/// If the verdict is invalid, the thresholds are measured and not judged.
///
/// The report of each load gets the results of the thresholds on that load. A single load gets
/// all of them, and the condition.
pub fn check_thresholds(
    report: &mut PlanReport,
    thresholds: &[Threshold],
    aborted: Option<AbortReason>,
) {
    report.thresholds = thresholds.iter().map(|it| it.check(report)).collect();
    if report.verdict.status == VerdictStatus::Invalid {
        for checked in &mut report.thresholds {
            (checked.passed, checked.judged) = (false, false);
        }
    }
    report.aborted = aborted;
    let single = report.single_load().is_some();
    for load in &mut report.loads {
        let is_own = |threshold: &Threshold| {
            single || threshold.scope().and_then(ThresholdScope::load) == Some(&load.name)
        };
        let all = thresholds.iter().zip(&report.thresholds);
        let own = all.filter(|(threshold, _)| is_own(threshold));
        load.report.thresholds = own.map(|(_, checked)| checked.clone()).collect();
        if single {
            load.report.aborted = report.aborted.clone();
        }
    }
}

/// Withdraws the results of thresholds relative to a baseline, because the run cannot be compared with
/// it: they are not judged.
pub fn withdraw_relative_results(report: &mut PlanReport) {
    let of_loads = report.loads.iter_mut();
    let of_loads = of_loads.flat_map(|load| &mut load.report.thresholds);
    for checked in report.thresholds.iter_mut().chain(of_loads) {
        if checked.relative.is_some() {
            (checked.passed, checked.judged) = (false, false);
        }
    }
}
