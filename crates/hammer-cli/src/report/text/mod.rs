//! The report as text, with at most 100 columns; for a single load in at most 30 lines.

pub(crate) mod addresses;
pub(crate) mod baseline;
pub(crate) mod confidence;
pub(crate) mod connections;
pub(crate) mod counts;
pub(crate) mod generator;
#[cfg(test)]
pub(crate) mod golden;
pub(crate) mod groups;
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

/// Options of the text report, and of the Markdown report, which has no color.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TextOptions {
    /// Colors the verdict.
    pub(crate) color: bool,
    /// Adds the confidence of the percentiles.
    pub(crate) confidence: bool,
}

/// Renders the report of a run.
pub(crate) fn render(report: &PlanReport, options: TextOptions) -> String {
    match report.single_load() {
        Some(load) => single_load::render(report, load, options),
        None => plan_loads::render(report, options),
    }
}
