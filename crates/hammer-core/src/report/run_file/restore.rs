//! The measurements of a load, restored from its report and its histograms.

use std::collections::BTreeMap;

use hammer_stats::{Histogram, HistogramSnapshot};

use super::error::{RunFileError, RunFileErrorKind};
use super::histograms::{GroupHistograms, LoadHistograms};
use crate::model::description::MAX_GROUPS;
use crate::model::failure::Failure;
use crate::model::interned_name::{MAX_LENGTH, MAX_NAMES, intern};
use crate::model::outcome::Label;
use crate::report::address_report::AddressTallies;
use crate::report::duration_summary::DurationSummary;
use crate::report::frequent_first_map::{BoundedName, FrequentFirstMap, MAX_KEYS};
use crate::report::group_report::GroupTallies;
use crate::report::interval_stats::IntervalStats;
use crate::report::report::Report;
use crate::report::unsent_cause::UnsentCounts;

/// Sets the measurements of a report that was read, after checking that they belong to it.
pub(super) fn restore(
    report: &mut Report,
    started: u64,
    histograms: LoadHistograms,
) -> Result<(), RunFileError> {
    let LoadHistograms {
        response,
        service,
        lateness,
        schedule_lateness,
        phases,
        stages,
        groups,
        slices,
    } = histograms;
    let mut total = IntervalStats::new();
    total.started = started;
    total.response = belonging("response", &response, &report.response_us)?;
    total.service = belonging("service", &service, &report.service_us)?;
    total.lateness = belonging("lateness", &lateness, &report.lateness_us)?;
    let summary = &report.generator.schedule_late_us;
    total.schedule_lateness = belonging("schedule_lateness", &schedule_lateness, summary)?;
    same_length("phases", report.phases_us.len(), phases.len())?;
    total.phases = named("phases", &phases, |name, phase| {
        let summary = report.phases_us.get(name);
        let summary =
            summary.ok_or_else(|| RunFileError::contradiction(format!("phase '{name}'")))?;
        Ok((interned(name)?, belonging(name, phase, summary)?))
    })?;
    total.groups = restored_groups(report, &groups)?;
    total.addresses = AddressTallies::restored(&report.addresses).ok_or_else(|| {
        let problem = "expected fewer addresses, or fewer names of their failures".to_owned();
        RunFileError::new(RunFileErrorKind::TooMuch(problem))
    })?;
    restore_counts(&mut total, report)?;
    same_length("stages", report.stages.len(), stages.len())?;
    for (stage, histograms) in report.stages.iter_mut().zip(stages) {
        belonging(&stage.stage, &histograms.response, &stage.response_us)?;
        belonging(&stage.stage, &histograms.service, &stage.service_us)?;
        stage.measured = Some(histograms);
    }
    same_length("slices", report.timeline.len(), slices.len())?;
    for (slice, measured) in report.timeline.iter_mut().zip(slices) {
        if measured.response_count() != slice.response_us.count {
            let part = format!("the slice at {} s", slice.t_s);
            return Err(RunFileError::contradiction(part));
        }
        slice.measured = Some(measured);
    }
    report.measured = Some(total.into());
    Ok(())
}

/// Restores the groups, and marks the one of hits whose group is unknown, which can only be the last.
fn restored_groups(
    report: &mut Report,
    histograms: &[GroupHistograms],
) -> Result<GroupTallies, RunFileError> {
    same_length("groups", report.groups.len(), histograms.len())?;
    let known = match histograms.split_last() {
        Some((last, others)) if last.ungrouped => others,
        _ => histograms,
    };
    RunFileError::check_limit("groups", MAX_GROUPS, known.len())?;
    if known.iter().any(|group| group.ungrouped) {
        let part = "hits without a group are not the last group";
        return Err(RunFileError::contradiction(part));
    }
    let mut responses = vec![];
    for (group, histograms) in report.groups.iter_mut().zip(histograms) {
        let histogram = belonging(&group.name, &histograms.response, &group.response_us)?;
        responses.push(histogram);
        group.is_ungrouped = histograms.ungrouped;
    }
    Ok(GroupTallies::restored(&report.groups, responses))
}

/// Makes a map of the names of a kind, of which a report has a limited number. `restore` makes an entry
/// of each.
fn named<'a, T: 'a, K: BoundedName, V: Default>(
    kind: &str,
    values: impl IntoIterator<Item = (&'a String, &'a T), IntoIter: ExactSizeIterator>,
    mut restore: impl FnMut(&'a str, &'a T) -> Result<(K, V), RunFileError>,
) -> Result<FrequentFirstMap<K, V>, RunFileError> {
    let values = values.into_iter();
    RunFileError::check_limit(kind, MAX_KEYS, values.len())?;
    let restored: Result<_, _> = values.map(|(name, value)| restore(name, value)).collect();
    restored.map(FrequentFirstMap::of_keys)
}

/// Decodes a histogram whose summary is known.
fn belonging(
    name: &str,
    snapshot: &HistogramSnapshot,
    summary: &DurationSummary,
) -> Result<Histogram, RunFileError> {
    let histogram = snapshot.histogram();
    let histogram = histogram.map_err(|error| {
        RunFileError::contradiction(format!("'{name}' has no valid histogram: {error}"))
    })?;
    if histogram.count() != summary.count {
        let (expected, found) = (summary.count, histogram.count());
        let part = format!("'{name}' has {expected} durations, its histogram {found}");
        return Err(RunFileError::contradiction(part));
    }
    Ok(histogram)
}

fn same_length(part: &str, expected: usize, found: usize) -> Result<(), RunFileError> {
    if expected == found {
        return Ok(());
    }
    let part = format!("expected histograms of {expected} {part}, found {found}");
    Err(RunFileError::contradiction(part))
}

/// Sets the counts, which the report has.
fn restore_counts(total: &mut IntervalStats, report: &Report) -> Result<(), RunFileError> {
    total.hits = report.hits;
    (total.sent, total.received) = (report.bytes.sent, report.bytes.received);
    let rejected = |label: &str| report.rejections.get(label).copied().unwrap_or(0);
    // Labels of a report include those of rejected answers.
    RunFileError::check_limit("labels", 2 * MAX_KEYS, report.labels.len())?;
    let labels: BTreeMap<String, u64> = (report.labels.iter())
        .map(|(label, count)| (label.clone(), count.saturating_sub(rejected(label))))
        .filter(|(label, ok)| *ok > 0 || report.labels[label] == 0)
        .collect();
    let label_count = |label: &str, count: &u64| Ok((label_of(label)?, *count));
    let name_count = |name: &str, count: &u64| Ok((interned(name)?, *count));
    total.labels = named("labels", &labels, label_count)?;
    total.rejections = named("rejections", &report.rejections, label_count)?;
    total.failures = named("failures", &report.failures, |name, count| {
        Ok((Failure::new(interned(name)?), *count))
    })?;
    total.counts = named("counts", &report.counts, name_count)?;
    total.facts = restored_facts(&report.facts)?;
    let generator = &report.generator;
    total.waited_for = named("waited_for", &generator.waited_for, name_count)?;
    total.unsent = unsent(&generator.unsent);
    total.slots_opened = generator.slots_opened;
    total.sessions_opened = generator.sessions_opened;
    total.stopped_late = generator.stopped_late;
    total.waited_at_limit = generator.waited_at_limit;
    total.log_dropped = generator.log_dropped;
    Ok(())
}

fn restored_facts(
    facts: &BTreeMap<String, BTreeMap<String, u64>>,
) -> Result<FrequentFirstMap<(&'static str, Label), u64>, RunFileError> {
    let count = facts.values().map(BTreeMap::len).sum();
    RunFileError::check_limit("facts", MAX_KEYS, count)?;
    let mut restored = vec![];
    for (fact, values) in facts {
        for (value, count) in values {
            restored.push(((interned(fact)?, label_of(value)?), *count));
        }
    }
    Ok(FrequentFirstMap::of_keys(restored))
}

/// The hits that were never started; those that lacked a resource are failures.
fn unsent(by_cause: &BTreeMap<String, u64>) -> UnsentCounts {
    UnsentCounts::from_names(|cause| by_cause.get(cause).copied().unwrap_or(0))
}

/// The label that is displayed as `text`.
fn label_of(text: &str) -> Result<Label, RunFileError> {
    let code = text.parse::<u32>().ok();
    match code.filter(|code| code.to_string() == text) {
        Some(code) => Ok(Label::number(code)),
        None => interned(text).map(Label::from),
    }
}

/// The fixed text that equals `name`.
fn interned(name: &str) -> Result<&'static str, RunFileError> {
    intern(name).ok_or_else(|| {
        let problem = format!(
            "expected at most {MAX_NAMES} different names in all run files, \
             each of at most {MAX_LENGTH} bytes"
        );
        RunFileError::new(RunFileErrorKind::TooMuch(problem))
    })
}
