//! The report of a run, as data and in each format.

mod junit;
#[cfg(test)]
mod recorded_reports;
mod replay_comparison;
mod run_report;
pub(crate) mod text;

#[cfg(feature = "replay")]
pub(crate) use replay_comparison::ReplaySlice;
pub(crate) use replay_comparison::{ReplayComparison, RouteTimes};
pub(crate) use run_report::RunReport;
