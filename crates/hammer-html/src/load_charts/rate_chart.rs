//! The chart of rates: requested, started, answered, and failures by kind.

use std::collections::BTreeMap;

use hammer_core::{HitCounts, OpenOrClosedLoop, Report};
use hammer_diagnostic::{format_count, format_decimal, format_rate, printable};
use maud::Markup;

use super::ChartedLoad;
use crate::chart::{
    ChartSeries, ChartText, LineChart, LinePlaces, PLOT_X, PLOT_Y, SeriesStyle, SeriesValues,
};
use crate::constant_rate::constant_rate;
use crate::duration_text::format_share;
use crate::run_slices::RunSlice;
use crate::scale::Axis;

/// The largest number of kinds of failure that have an area of their own.
const MAX_KINDS: usize = 5;

/// Draws the rates of a load.
pub(crate) fn rate_chart(load: &ChartedLoad) -> Markup {
    let slices = &load.slices;
    let rates = |hits: &dyn Fn(&RunSlice) -> Option<f64>| -> Vec<Option<f64>> {
        let rate = |slice: &RunSlice| hits(slice).map(|hits| slice.rate(hits));
        slices.iter().map(rate).collect()
    };
    let kinds = failure_kinds(slices);
    let mut series: Vec<ChartSeries> = vec![];
    for (index, kind) in kinds.iter().enumerate() {
        let values = rates(&|slice| Some(kind.hits(slice) as f64));
        series.push(ChartSeries {
            name: kind.name.clone(),
            style: SeriesStyle::solid(FAILURE_COLORS[index % FAILURE_COLORS.len()], 2.0),
            values: SeriesValues::Stacked(values),
            end_label: None,
        });
    }
    let mut line = |name: &str, style, values: Vec<Option<f64>>| {
        if values.iter().any(Option::is_some) {
            series.push(ChartSeries {
                name: name.to_owned(),
                style,
                values: SeriesValues::Line(values),
                end_label: None,
            });
        }
    };
    let requested = rates(&|slice| slice.measured.requested);
    line("requested", SeriesStyle::dashed(7, 1.5, "6 3"), requested);
    let started = rates(&|slice| Some(slice.measured.started as f64));
    line("started", SeriesStyle::solid(0, 1.5), started);
    let answered = rates(&|slice| Some(slice.hits.answered() as f64));
    line("answered", SeriesStyle::dashed(2, 2.0, "2 3"), answered);
    let highest = series
        .iter()
        .filter(|series| !matches!(series.values, SeriesValues::Stacked(_)))
        .flat_map(|series| (0..slices.len()).filter_map(|index| series.values.at(index)))
        .chain(
            slices
                .iter()
                .map(|slice| slice.rate(failed_when_due(&slice.hits) as f64)),
        )
        .fold(0.0, f64::max);
    LineChart {
        text: ChartText {
            id: load.chart_id("rate"),
            title: "Rate and failures".to_owned(),
            finding: finding(load.report),
            note: "Hits per second. Failures are stacked from the bottom. Hits that were given up at the \
                   end can exceed the axis.",
        },
        x: Axis::time(load.end_s(), PLOT_X),
        y: Axis::linear(highest, PLOT_Y, "/s", |rate| {
            format!("{}/s", format_decimal(rate))
        }),
        other_y: None,
        places: LinePlaces::Slices(load.spans()),
        stages: load.stage_marks(),
        series,
    }
    .render()
}

/// The colors of kinds of failure.
const FAILURE_COLORS: [usize; 6] = [1, 3, 4, 6, 5, 7];

/// A kind of hits that were not ok.
struct FailureKind {
    name: String,
    /// The names of failures that it consists of.
    failures: Vec<String>,
    /// Other hits of this kind.
    others: fn(&HitCounts) -> u64,
}

impl FailureKind {
    fn hits(&self, slice: &RunSlice) -> u64 {
        let failures = self.failures.iter();
        let failed = failures.filter_map(|name| slice.measured.failures.get(name));
        failed.fold((self.others)(&slice.hits), |sum, hits| {
            sum.saturating_add(*hits)
        })
    }
}

/// Hits that were not ok.
fn failed(hits: &HitCounts) -> u64 {
    hits.ended() - hits.ok
}

/// Hits that were not ok, without those that were given up.
///
/// Hits are given up all at once when the drain ends. An axis with room for them has none for the rest.
fn failed_when_due(hits: &HitCounts) -> u64 {
    let given_up = hits.abandoned.saturating_add(hits.unsent);
    failed(hits).saturating_sub(given_up)
}

/// The kinds of hits that were not ok, the most frequent failures first.
fn failure_kinds(slices: &[RunSlice]) -> Vec<FailureKind> {
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for slice in slices {
        for (name, hits) in &slice.measured.failures {
            let total = totals.entry(name).or_default();
            *total = total.saturating_add(*hits);
        }
    }
    let mut names: Vec<(&str, u64)> = totals.into_iter().filter(|(_, hits)| *hits > 0).collect();
    names.sort_by_key(|(_, hits)| std::cmp::Reverse(*hits));
    let rest = names.split_off(names.len().min(MAX_KINDS));
    let counted = |name: &str, others: fn(&HitCounts) -> u64| FailureKind {
        name: name.to_owned(),
        failures: vec![],
        others,
    };
    let mut kinds = vec![
        counted("rejected", |hits| hits.rejected),
        counted("abandoned", |hits| hits.abandoned),
        counted("unsent", |hits| hits.unsent),
    ];
    kinds.extend(names.into_iter().map(|(name, _)| FailureKind {
        // A failure can have the name of another series, such as "started".
        name: format!("failure: {}", printable(&name.replace('_', " "))),
        failures: vec![name.to_owned()],
        others: |_| 0,
    }));
    kinds.push(FailureKind {
        name: "other failures".to_owned(),
        failures: rest.into_iter().map(|(name, _)| name.to_owned()).collect(),
        others: |_| 0,
    });
    kinds.retain(|kind| slices.iter().any(|slice| kind.hits(slice) > 0));
    kinds
}

/// Describes the rates and the failures.
fn finding(report: &Report) -> String {
    let achieved = format_rate(report.rate.achieved);
    let rate = match (report.loop_kind, report.rate.requested) {
        (OpenOrClosedLoop::Open, Some(requested)) => {
            let requested = format_rate(requested);
            let mean = if constant_rate(report).is_some() {
                ""
            } else {
                " on average"
            };
            format!("{requested} were requested{mean}, and {achieved} were started.")
        }
        _ => {
            format!("Each slot waited for an answer before its next hit: {achieved} were answered.")
        }
    };
    let (failed, scheduled) = (failed(&report.hits), report.hits.scheduled);
    if failed == 0 {
        return format!("{rate} All {} hits were ok.", format_count(scheduled));
    }
    let named = report.failures.iter().max_by_key(|(_, hits)| **hits);
    let most = named.map(|(name, hits)| {
        let name = name.replace('_', " ");
        let (name, hits) = (printable(&name), format_count(*hits));
        format!(" The most frequent failure was {name} ({hits} hits).")
    });
    format!(
        "{rate} {} of {} hits ({}) were not ok.{}",
        format_count(failed),
        format_count(scheduled),
        format_share(failed, scheduled),
        most.unwrap_or_default()
    )
}
