//! Checks whether runs can be compared.

use hammer_core::{OpenOrClosedLoop, Report, RunFile, VerdictStatus};

use super::comparable_load::{ComparableLoad, PlacedLoads};
use super::incomparable::{Incomparable, IncomparableReason};
use super::run_position::{ComparisonSide, RunPosition};
use super::run_properties::{PropertyValue, load_name, properties};
use super::run_property::RunProperty;
use super::warning::{ComparabilityWarning, sort_warnings};

/// The factor between two durations from which there is a warning.
const DURATION_FACTOR: f64 = 1.05;
/// The share of the hits due that a run must start, in percent.
const MIN_ACHIEVED_PERCENT: f64 = 99.0;

/// The places of the first run of each side.
const FIRST_RUNS: [RunPosition; 2] = [
    RunPosition {
        side: ComparisonSide::Base,
        index: 0,
    },
    RunPosition {
        side: ComparisonSide::New,
        index: 0,
    },
];

/// A run with its place.
#[derive(Clone, Copy)]
struct PlacedRun<'a> {
    run: &'a RunFile,
    position: RunPosition,
}

/// Checks whether runs can be compared, within each side and between them. Returns the differences
/// that weaken the comparison.
///
/// # Errors
///
/// If a side has no runs, a run is given twice, has no measurements, is invalid or ended early, or if
/// runs differ in a load, a group or a required [property](RunProperty). All reasons are returned.
pub fn check_comparability(
    base: &[RunFile],
    new: &[RunFile],
) -> Result<Vec<ComparabilityWarning>, Incomparable> {
    let runs: Vec<_> = placed(base, ComparisonSide::Base)
        .chain(placed(new, ComparisonSide::New))
        .collect();
    let mut reasons = Vec::new();
    for (side, runs) in [(ComparisonSide::Base, base), (ComparisonSide::New, new)] {
        if runs.is_empty() {
            reasons.push(IncomparableReason::NoRuns { side });
        }
    }
    reasons.extend(repeated_runs(&runs));
    let unusable = |it: &PlacedRun<'_>| IncomparableReason::of_run(it.run, it.position);
    reasons.extend(runs.iter().filter_map(unusable));
    let loads = runs
        .iter()
        .map(|it| PlacedLoads::of_run(it.run, it.position));
    let loads: Vec<_> = loads.collect();
    if let Some((reference, others)) = loads.split_first() {
        let others = others.iter();
        reasons.extend(others.flat_map(|other| reference.differences(other)));
    }
    refused_for(reasons)?;
    let mut warnings = differences(base, new);
    warnings.extend(runs.iter().flat_map(flaws));
    sort_warnings(&mut warnings);
    Ok(warnings)
}

/// Checks whether a run of these loads can be compared with `base`, as far as that is known before it.
///
/// # Errors
///
/// If the base has no measurements, is invalid or ended early, or if a load, a group or a required
/// [property](RunProperty) differs. All reasons are returned.
pub fn check_before_run(base: &RunFile, loads: &[ComparableLoad]) -> Result<(), Incomparable> {
    let [base_position, new_position] = FIRST_RUNS;
    let expected = PlacedLoads::of_run(base, base_position);
    let unusable = IncomparableReason::of_run(base, base_position);
    let differences = expected.differences(&PlacedLoads::planned(loads, new_position));
    refused_for(unusable.into_iter().chain(differences).collect())
}

/// Checks whether runs of the loads of `base` can be compared with runs of those of `new`, as far as that
/// is known before them.
///
/// # Errors
///
/// If a load, a group or a required [property](RunProperty) differs. All reasons are returned, about the
/// first run of each side.
pub fn check_planned_loads(
    base: &[ComparableLoad],
    new: &[ComparableLoad],
) -> Result<(), Incomparable> {
    let [base_position, new_position] = FIRST_RUNS;
    let expected = PlacedLoads::planned(base, base_position);
    refused_for(expected.differences(&PlacedLoads::planned(new, new_position)))
}

/// Refuses runs if there is a reason.
fn refused_for(mut reasons: Vec<IncomparableReason>) -> Result<(), Incomparable> {
    reasons.dedup();
    match reasons.is_empty() {
        true => Ok(()),
        false => Err(Incomparable { reasons }),
    }
}

fn placed(runs: &[RunFile], side: ComparisonSide) -> impl Iterator<Item = PlacedRun<'_>> {
    runs.iter().enumerate().map(move |(index, run)| PlacedRun {
        run,
        position: RunPosition { side, index },
    })
}

fn repeated_runs(runs: &[PlacedRun<'_>]) -> Vec<IncomparableReason> {
    let pairs = runs.iter().enumerate().filter_map(|(index, second)| {
        let first = runs[..index].iter().find(|it| it.run.id == second.run.id)?;
        Some(IncomparableReason::RepeatedRun {
            first: first.position,
            second: second.position,
        })
    });
    pairs.collect()
}

/// The properties in which runs differ, of any side, and that need not be equal.
fn differences(base: &[RunFile], new: &[RunFile]) -> Vec<ComparabilityWarning> {
    let of_side = |runs: &[RunFile]| -> Vec<PropertyValue> {
        let mut values: Vec<PropertyValue> = Vec::new();
        for value in runs.iter().flat_map(properties) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    let (base_values, new_values) = (of_side(base), of_side(new));
    let mut keys: Vec<(RunProperty, Option<String>)> = Vec::new();
    for value in &base_values {
        let key = (value.property, value.load.clone());
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let values_of = |values: &[PropertyValue], property: RunProperty, load: &Option<String>| {
        let values = values.iter();
        let values = values.filter(|it| it.property == property && it.load == *load);
        values.map(|it| it.value.clone()).collect::<Vec<_>>()
    };
    let differing = keys.into_iter().filter_map(|(property, load)| {
        let base = values_of(&base_values, property, &load);
        let new = values_of(&new_values, property, &load);
        let is_different = base.len() > 1 || base != new;
        is_different.then_some(ComparabilityWarning::Different {
            property,
            load,
            base,
            new,
        })
    });
    duration_difference(base, new)
        .into_iter()
        .chain(differing)
        .collect()
}

fn duration_difference(base: &[RunFile], new: &[RunFile]) -> Option<ComparabilityWarning> {
    let durations = |runs: &[RunFile]| -> Vec<f64> {
        let mut durations: Vec<f64> = runs.iter().map(|run| run.report.duration_s).collect();
        durations.sort_by(f64::total_cmp);
        durations
    };
    let (base, new) = (durations(base), durations(new));
    let all = || base.iter().chain(&new).copied();
    let longest = all().fold(0.0, f64::max);
    let shortest = all().fold(f64::INFINITY, f64::min);
    if longest <= shortest * DURATION_FACTOR {
        return None;
    }
    let texts = |durations: &[f64]| {
        let mut texts: Vec<String> = durations.iter().map(|it| format!("{it:.1} s")).collect();
        texts.dedup();
        texts
    };
    Some(ComparabilityWarning::Different {
        property: RunProperty::Duration,
        load: None,
        base: texts(&base),
        new: texts(&new),
    })
}

/// The flaws of a run.
fn flaws(placed: &PlacedRun<'_>) -> Vec<ComparabilityWarning> {
    let run = placed.position;
    let report = &placed.run.report;
    let mut flaws = Vec::new();
    if report.verdict.status == VerdictStatus::Suspect {
        let verdict = report.verdict.reasons.first().cloned();
        flaws.push(ComparabilityWarning::Suspect { run, verdict });
    }
    for (index, load) in report.loads.iter().enumerate() {
        let achieved = achieved_percent(&load.report);
        if let Some(achieved_percent) = achieved.filter(|it| *it < MIN_ACHIEVED_PERCENT) {
            flaws.push(ComparabilityWarning::RateNotReached {
                run,
                load: load_name(placed.run, index),
                achieved_percent,
            });
        }
    }
    flaws
}

/// The hits that were started as a percentage of the hits due, in an open loop.
fn achieved_percent(report: &Report) -> Option<f64> {
    let due = report.hits.scheduled;
    let started = report.rate.achieved * report.duration_s;
    let is_open = report.loop_kind == OpenOrClosedLoop::Open;
    (is_open && due > 0).then(|| started * 100.0 / due as f64)
}
