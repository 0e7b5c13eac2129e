//! Slices of a load for charts: at most as many as a chart has room for.

use hammer_core::{DurationSummary, HitCounts, Report, SliceMeasurements, TimelineSlice};

use crate::chart::TimeSpan;

/// A slice of a load, or several neighbors in one.
#[derive(Debug, Clone)]
pub(crate) struct RunSlice {
    /// The time in which the load ran.
    pub(crate) span: TimeSpan,
    pub(crate) hits: HitCounts,
    pub(crate) measured: SliceMeasurements,
}

impl RunSlice {
    /// Hits per second.
    pub(crate) fn rate(&self, hits: f64) -> f64 {
        hits / self.span.width_s
    }
}

/// Returns the slices of a load, at most `max` of them.
///
/// The last slice ends with the load. If little of it is left, it is part of the slice before, because
/// rates over a few milliseconds are noise.
pub(crate) fn run_slices(report: &Report, max: usize) -> Vec<RunSlice> {
    let merged = merged_timeline(&report.timeline, max);
    let end_of = |slice: &TimelineSlice| slice.t_s.saturating_add(slice.width_s) as f64;
    let mut slices: Vec<RunSlice> = vec![];
    for slice in merged {
        let start_s = slice.t_s as f64;
        let end_s = end_of(&slice).min(report.elapsed_s.max(start_s));
        let width_s = end_s - start_s;
        let measured = slice.measured.unwrap_or_default();
        match slices.last_mut() {
            Some(last) if width_s < 0.25 * slice.width_s as f64 => {
                last.span.width_s = end_s - last.span.start_s;
                last.hits += slice.hits;
                last.measured.add_later(&measured);
            }
            _ => slices.push(RunSlice {
                span: TimeSpan {
                    start_s,
                    width_s: width_s.max(1e-3),
                },
                hits: slice.hits,
                measured,
            }),
        }
    }
    slices
}

/// Merges neighbors into at most `max` slices of about the same length.
pub(crate) fn merged_timeline(slices: &[TimelineSlice], max: usize) -> Vec<TimelineSlice> {
    let (all, kept) = (slices.len(), max.max(1));
    if all <= kept {
        return slices.to_vec();
    }
    let parts = (0..kept).map(|part| &slices[part * all / kept..(part + 1) * all / kept]);
    parts.filter_map(merged).collect()
}

fn merged(neighbors: &[TimelineSlice]) -> Option<TimelineSlice> {
    let (first, later) = neighbors.split_first()?;
    let mut sum = first.clone();
    for slice in later {
        sum.width_s = sum.width_s.saturating_add(slice.width_s);
        sum.hits += slice.hits;
        match (&mut sum.measured, &slice.measured) {
            (Some(sum), Some(slice)) => sum.add_later(slice),
            (sum, _) => *sum = None,
        }
    }
    if let Some(measured) = &sum.measured {
        sum.response_us = DurationSummary::from(&measured.response());
    }
    Some(sum)
}
