//! Checks whether runs can be compared.

use hammer_core::{OpenOrClosedLoop, Report, RunFile, VerdictStatus};

use super::incomparable::{Incomparable, IncomparableReason};
use super::run_position::{ComparisonSide, RunPosition};
use super::run_properties::{PropertyValue, load_name, properties};
use super::run_property::RunProperty;
use super::warning::ComparabilityWarning;

/// The factor between two durations from which there is a warning.
const DURATION_FACTOR: f64 = 1.05;
/// The share of the hits due that a run must start, in percent.
const MIN_ACHIEVED_PERCENT: f64 = 99.0;

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
/// If a side has no runs, a run is given twice, has no measurements or is invalid, or if runs differ in
/// a required [property](RunProperty), a load or a group. All reasons are returned.
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
    reasons.extend(runs.iter().filter_map(unusable));
    if let Some((reference, others)) = runs.split_first() {
        let missing: Vec<_> = others
            .iter()
            .flat_map(|run| missing_parts(reference, run))
            .collect();
        if missing.is_empty() {
            reasons.extend(
                others
                    .iter()
                    .flat_map(|run| required_differences(reference, run)),
            );
        }
        reasons.extend(missing);
    }
    if !reasons.is_empty() {
        reasons.dedup();
        return Err(Incomparable { reasons });
    }
    let mut warnings = differences(base, new);
    warnings.extend(runs.iter().flat_map(flaws));
    Ok(warnings)
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

/// The reason why a run cannot be compared with any other.
fn unusable(placed: &PlacedRun<'_>) -> Option<IncomparableReason> {
    let run = placed.position;
    let report = &placed.run.report;
    if report.verdict.status == VerdictStatus::Invalid {
        let verdict = report.verdict.reasons.first().cloned();
        return Some(IncomparableReason::InvalidVerdict { run, verdict });
    }
    let is_measured = report.measured.is_some();
    (!is_measured).then_some(IncomparableReason::NoMeasurements { run })
}

/// The loads and groups that only one of two runs has.
fn missing_parts(reference: &PlacedRun<'_>, other: &PlacedRun<'_>) -> Vec<IncomparableReason> {
    let mut missing = Vec::new();
    let (loads, other_loads) = (&reference.run.report.loads, &other.run.report.loads);
    if loads.len() == 1 && other_loads.len() == 1 {
        let reports = (&loads[0].report, &other_loads[0].report);
        missing.extend(missing_groups(reference, other, reports, None));
        return missing;
    }
    for (has, lacks) in [(reference, other), (other, reference)] {
        for load in &has.run.report.loads {
            let mut known = lacks.run.report.loads.iter();
            if !known.any(|it| it.name == load.name) {
                missing.push(IncomparableReason::MissingLoad {
                    load: load.name.clone(),
                    run: lacks.position,
                });
            }
        }
    }
    for load in loads {
        let same = other_loads.iter().find(|it| it.name == load.name);
        if let Some(same) = same {
            let reports = (&load.report, &same.report);
            missing.extend(missing_groups(reference, other, reports, Some(&load.name)));
        }
    }
    missing
}

fn missing_groups(
    reference: &PlacedRun<'_>,
    other: &PlacedRun<'_>,
    (report, other_report): (&Report, &Report),
    load: Option<&str>,
) -> Vec<IncomparableReason> {
    let sides = [
        (report, other_report, other.position),
        (other_report, report, reference.position),
    ];
    let missing = sides.into_iter().flat_map(|(has, lacks, run)| {
        let groups = has.groups.iter().filter(|group| !group.is_ungrouped());
        let absent = groups.filter(|group| !lacks.groups.iter().any(|it| it.name == group.name));
        absent.map(move |group| IncomparableReason::MissingGroup {
            load: load.map(str::to_owned),
            group: group.name.clone(),
            run,
        })
    });
    missing.collect()
}

fn required_differences(
    reference: &PlacedRun<'_>,
    other: &PlacedRun<'_>,
) -> Vec<IncomparableReason> {
    let found = properties(other.run);
    let expected = properties(reference.run).into_iter();
    let required = expected.filter(|it| it.property.is_required());
    let differences = required.filter_map(|expected| {
        let same =
            |it: &&PropertyValue| it.property == expected.property && it.load == expected.load;
        let found = found.iter().find(same)?;
        (found.value != expected.value).then(|| IncomparableReason::Different {
            property: expected.property,
            load: expected.load,
            expected: expected.value,
            run: other.position,
            found: found.value.clone(),
        })
    });
    differences.collect()
}

/// The properties in which runs differ, of any side.
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
        if !value.property.is_required() && !keys.contains(&key) {
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
    if report.stopped {
        flaws.push(ComparabilityWarning::Stopped { run });
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
