//! The report as text, with at most 100 columns; for a single load in at most 30 lines.

mod addresses;
mod baseline;
mod connections;
pub(crate) mod counts;
pub(crate) mod generator;
#[cfg(test)]
pub(crate) mod golden;
mod groups;
mod head;
pub(crate) mod hits;
pub(crate) mod latency;
mod load_details;
mod plan_loads;
mod replay;
mod single_load;
mod stages;
pub(crate) mod thresholds;
pub(crate) mod title;
pub(crate) mod verdict;

use hammer_core::PlanReport;

/// Renders the report of a run; `color` colors the verdict.
pub(crate) fn render(report: &PlanReport, color: bool) -> String {
    match report.single_load() {
        Some(load) => single_load::render(report, load, color),
        None => plan_loads::render(report, color),
    }
}
