//! Description of a run for a live display, before it starts.

use std::time::Duration;

use hammer_core::{ResourceLimits, RunFile, Schedule};
use hammer_diagnostic::format_rate;
use hammer_plan::{HitTime, LoadOutline, SubstitutedVariables, Threshold};
use hammer_tui::{LiveBound, LiveLoad, LiveRun, LiveStage};

use crate::baseline::BaselineRun;
use crate::execution::{RunThresholds, RunnablePlan, RunnablePlanLoad};

/// Describes a run. Values of environment variables are masked, as in reports.
pub(super) fn describe_run(
    plan: &RunnablePlan,
    thresholds: &RunThresholds,
    baseline: Option<&BaselineRun>,
) -> LiveRun {
    let outlines = plan.outlines();
    let loads = plan.loads.iter().zip(&outlines);
    let loads = loads.enumerate().map(|(index, (load, outline))| LiveLoad {
        target: plan.variables.mask_target(load.load.target().to_owned()),
        groups: outline
            .groups
            .iter()
            .map(|group| plan.variables.mask_target(group.clone()))
            .collect(),
        bounds: response_bounds(thresholds, outline, plan),
        baseline_p99: baseline.and_then(|baseline| response_p99(baseline.run(), &load.name, index)),
        most_ports: Some(load.load.needs(plan.threads()).ports),
        ..describe_load(load, &plan.variables)
    });
    let name = match plan.single_load() {
        Some(only) if plan.name.is_empty() => only.load.hammer().to_owned(),
        _ => plan.name.clone(),
    };
    LiveRun {
        name,
        loads: loads.collect(),
        limits: ResourceLimits::read(),
    }
}

fn describe_load(load: &RunnablePlanLoad, variables: &SubstitutedVariables) -> LiveLoad {
    let schedule = load.load.schedule();
    LiveLoad {
        name: load.name.clone(),
        hammer: load.load.hammer().to_owned(),
        shape: variables.mask(shape_text(&schedule)),
        offset: load.offset,
        drain: load.load.drain(),
        length: schedule.duration(),
        hit_count: schedule.hit_count(),
        stages: stages(&schedule, variables),
        ..LiveLoad::default()
    }
}

/// A constant rate as reports write it, or the expression of the shape.
fn shape_text(schedule: &Schedule) -> String {
    match schedule.rate() {
        Some(rate) => format_rate(rate.as_f64()),
        None => schedule.shape().to_string(),
    }
}

/// The stages of a schedule, if there are several.
fn stages(schedule: &Schedule, variables: &SubstitutedVariables) -> Vec<LiveStage> {
    match schedule.shape().stages() {
        [] | [_] => vec![],
        stages => {
            let stage = |stage: &hammer_core::Stage| LiveStage {
                name: variables.mask(stage.to_string()),
                start: stage.start(),
            };
            stages.iter().map(stage).collect()
        }
    }
}

/// The bounds on the response of a whole load of a plan.
fn response_bounds(
    thresholds: &RunThresholds,
    outline: &LoadOutline,
    plan: &RunnablePlan,
) -> Vec<LiveBound> {
    let applies = |threshold: &&Threshold| match threshold.scope() {
        None => true,
        Some(scope) => {
            let is_whole = scope.stage().is_none() && scope.group().is_none();
            is_whole && (scope.load() == Some(&outline.name)) && plan.loads.len() > 1
        }
    };
    let bounds = thresholds.asserted.iter().filter(applies);
    let bounds = bounds.filter_map(|threshold| match threshold.time_bound()? {
        (HitTime::Response, micros) => Some(LiveBound {
            expression: plan.variables.mask(threshold.to_string()),
            at: Duration::try_from_secs_f64(micros / 1e6).ok()?,
        }),
        _ => None,
    });
    bounds.collect()
}

/// The p99 of the load of this name in a baseline, or of the load with this index.
fn response_p99(baseline: &RunFile, name: &str, index: usize) -> Option<Duration> {
    let loads = &baseline.report.loads;
    let named = loads.iter().find(|load| load.name == name);
    let load = named.or_else(|| loads.get(index))?;
    let measured = load.report.response_us.measured()?;
    Duration::try_from_secs_f64(measured.p99 / 1e6).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rate without its unit looked like a number of hits.
    #[test]
    fn a_constant_rate_has_its_unit() {
        for (shape, text) in [
            ("100/s", "100/s"),
            ("100/s/30s", "100/s"),
            ("6/m", "6/m"),
            ("5..50/10s", "5..50/10s"),
            ("max", "max"),
        ] {
            let shape: hammer_core::Shape = shape.parse().expect("a shape");
            assert_eq!(shape_text(&Schedule::new(shape)), text);
        }
    }
}
