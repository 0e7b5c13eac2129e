//! The measurements of a load, restored from its report and its histograms.

use std::collections::BTreeMap;

use hammer_stats::{Histogram, HistogramSnapshot};

use super::error::RunFileError;
use super::histograms::LoadHistograms;
use crate::model::failure::Failure;
use crate::model::interned_name::intern;
use crate::model::outcome::Label;
use crate::report::address_report::AddressTallies;
use crate::report::duration_summary::DurationSummary;
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
    for (name, phase) in &phases {
        let summary = report.phases_us.get(name);
        let summary =
            summary.ok_or_else(|| RunFileError::contradiction(format!("phase '{name}'")))?;
        *total.phases.entry(intern(name)) = belonging(name, phase, summary)?;
    }
    same_length("groups", report.groups.len(), groups.len())?;
    let mut responses = vec![];
    for (group, histograms) in report.groups.iter().zip(&groups) {
        let histogram = belonging(&group.name, &histograms.response, &group.response_us)?;
        responses.push(histogram);
    }
    total.groups = GroupTallies::restored(&report.groups, responses);
    total.addresses = AddressTallies::restored(&report.addresses);
    restore_counts(&mut total, report);
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
fn restore_counts(total: &mut IntervalStats, report: &Report) {
    total.hits = report.hits;
    (total.sent, total.received) = (report.bytes.sent, report.bytes.received);
    let rejected = |label: &str| report.rejections.get(label).copied().unwrap_or(0);
    for (label, count) in &report.labels {
        let ok = count.saturating_sub(rejected(label));
        if ok > 0 || *count == 0 {
            *total.labels.entry(label_of(label)) += ok;
        }
    }
    for (label, count) in &report.rejections {
        *total.rejections.entry(label_of(label)) += count;
    }
    for (failure, count) in &report.failures {
        *total.failures.entry(Failure::new(intern(failure))) += count;
    }
    for (name, count) in &report.counts {
        *total.counts.entry(intern(name)) += count;
    }
    for (fact, values) in &report.facts {
        for (value, count) in values {
            *total.facts.entry((intern(fact), label_of(value))) += count;
        }
    }
    let generator = &report.generator;
    for (setting, count) in &generator.waited_for {
        *total.waited_for.entry(intern(setting)) += count;
    }
    total.unsent = unsent(&generator.unsent);
    total.slots_opened = generator.slots_opened;
    total.sessions_opened = generator.sessions_opened;
    total.stopped_late = generator.stopped_late;
    total.waited_at_limit = generator.waited_at_limit;
    total.log_dropped = generator.log_dropped;
}

/// The hits that were never started; those that lacked a resource are failures.
fn unsent(by_cause: &BTreeMap<String, u64>) -> UnsentCounts {
    UnsentCounts::from_names(|cause| by_cause.get(cause).copied().unwrap_or(0))
}

/// The label that is displayed as `text`.
fn label_of(text: &str) -> Label {
    let code = text.parse::<u32>().ok();
    let code = code.filter(|code| code.to_string() == text);
    code.map_or_else(|| Label::from(intern(text)), Label::number)
}
