//! Reports as text, in at most 30 lines of at most 100 columns.

#[cfg(test)]
pub(crate) mod golden;
mod groups;
pub(crate) mod latency;
pub(crate) mod lines;
pub(crate) mod number;
mod plan_report;
pub(crate) mod rate_chart;
mod run_report;
mod sanitize;
mod stages;
mod thresholds;

pub(crate) use plan_report::render_plan;
pub(crate) use run_report::format_rate;
pub(crate) use run_report::render;
pub(crate) use sanitize::{sanitize, sanitize_lines};
pub(crate) use thresholds::{abort_text, format_figure};
