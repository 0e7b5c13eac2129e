//! A load in all runs of both sides, as if each side were one run.

use hammer_core::{Report, RunFile};
use hammer_stats::Histogram;

use crate::chart::TimeSpan;
use crate::run_slices::{RunSlice, run_slices};

/// A load in the runs of both sides, over the same spans of time.
pub(crate) struct SideLoads {
    pub(crate) base: SideLoad,
    pub(crate) new: SideLoad,
    /// The spans of time until the end of the longest run, as long as the longest slice of any run.
    pub(crate) spans: Vec<TimeSpan>,
}

/// A load in all runs of a side.
pub(crate) struct SideLoad {
    /// The response of all hits.
    pub(crate) response: Histogram,
    /// The response in each span of time.
    pub(crate) over_time: Vec<Histogram>,
}

impl SideLoads {
    /// Merges the load with this name over the runs of each side, into about `max_spans` spans of time.
    pub(crate) fn merged(base: &[RunFile], new: &[RunFile], name: &str, max_spans: usize) -> Self {
        let sliced = |runs| sliced_reports(runs, name, max_spans);
        let (base, new) = (sliced(base), sliced(new));
        let spans = common_spans(base.iter().chain(&new).map(|(_, slices)| &**slices));
        Self {
            base: SideLoad::merged(&base, &spans),
            new: SideLoad::merged(&new, &spans),
            spans,
        }
    }
}

impl SideLoad {
    /// Merges reports. A slice is in the span that contains its middle.
    fn merged(runs: &[(&Report, Vec<RunSlice>)], spans: &[TimeSpan]) -> Self {
        let mut response = Histogram::new();
        let mut over_time = vec![Histogram::new(); spans.len()];
        for (report, slices) in runs {
            if let Some(measured) = &report.measured {
                response.merge(measured.response());
            }
            for slice in slices {
                let later = spans.partition_point(|span| span.start_s <= slice.span.middle());
                if let Some(sum) = over_time.get_mut(later.saturating_sub(1)) {
                    sum.merge(&slice.measured.response());
                }
            }
        }
        Self {
            response,
            over_time,
        }
    }
}

fn sliced_reports<'a>(
    runs: &'a [RunFile],
    name: &str,
    max_slices: usize,
) -> Vec<(&'a Report, Vec<RunSlice>)> {
    let reports = runs.iter().filter_map(|run| load(run, name));
    reports
        .map(|report| (report, run_slices(report, max_slices)))
        .collect()
}

/// The coarsest of the times of runs: a run that was read from a page has longer slices than others.
///
/// No slice is longer than a span, so a run has a slice in each span until its end.
fn common_spans<'a>(runs: impl Iterator<Item = &'a [RunSlice]> + Clone) -> Vec<TimeSpan> {
    // The last slice of a run can be longer, because it has what is left.
    let widths = runs.clone().flat_map(|slices| {
        let regular = slices.len().saturating_sub(1).max(1);
        slices.iter().take(regular).map(|slice| slice.span.width_s)
    });
    let width_s = widths.fold(0.0, f64::max);
    let ends = runs.filter_map(|slices| Some(slices.last()?.span.end()));
    let end_s = ends.fold(0.0, f64::max);
    if width_s <= 0.0 {
        return vec![];
    }
    // A little that is left is part of the last span.
    let count = (end_s / width_s + 0.75).floor().max(1.0) as usize;
    let span = |index: usize| {
        let start_s = index as f64 * width_s;
        let is_last = index + 1 == count;
        TimeSpan {
            start_s,
            width_s: if is_last { end_s - start_s } else { width_s },
        }
    };
    (0..count).map(span).collect()
}

fn load<'a>(run: &'a RunFile, name: &str) -> Option<&'a Report> {
    if let Some(single) = run.report.single_load() {
        return Some(single);
    }
    let mut loads = run.report.loads.iter();
    loads
        .find(|load| load.name == name)
        .map(|load| &load.report)
}
