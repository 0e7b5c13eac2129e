//! A load in all runs of a side, as if they were one run.

use hammer_core::{Report, RunFile};
use hammer_stats::Histogram;

use crate::chart::TimeSpan;
use crate::run_slices::run_slices;

/// A load in all runs of a side.
pub(crate) struct SideLoad {
    pub(crate) response: Histogram,
    /// The slices of the longest run, with the response in all runs at that time.
    pub(crate) slices: Vec<(TimeSpan, Histogram)>,
}

impl SideLoad {
    /// Merges the load with this index over `runs`, into at most `max_slices` slices.
    pub(crate) fn merged(runs: &[RunFile], name: &str, max_slices: usize) -> Self {
        let reports: Vec<&Report> = runs.iter().filter_map(|run| load(run, name)).collect();
        let mut side = Self {
            response: Histogram::new(),
            slices: vec![],
        };
        for report in reports {
            if let Some(measured) = &report.measured {
                side.response.merge(measured.response());
            }
            for (index, slice) in run_slices(report, max_slices).into_iter().enumerate() {
                let response = slice.measured.response();
                match side.slices.get_mut(index) {
                    Some((_, sum)) => sum.merge(&response),
                    None => side.slices.push((slice.span, response)),
                }
            }
        }
        side
    }
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
