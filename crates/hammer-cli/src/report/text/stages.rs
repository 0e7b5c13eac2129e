//! The table of stages in the report.

use hammer_core::{Report, StageReport};

use super::latency::{self, TimeUnit, cell, max_cell};
use crate::text::lines::truncate;
use crate::text::number::{format_count, format_decimal};

/// Columns for the expression of a stage.
const STAGE_WIDTH: usize = 26;
/// Maximum number of stages that are shown.
const MAX_STAGES: usize = 10;

/// Renders a row for each stage, in at most `lines` lines. A report with one stage has no stages.
pub(crate) fn table(report: &Report, lines: usize) -> String {
    let stages = &report.stages;
    if stages.is_empty() || lines < 3 {
        return String::new();
    }
    let room = (lines - 1).min(MAX_STAGES);
    let shown = if stages.len() > room {
        room - 1
    } else {
        stages.len()
    };
    let unit = latency::unit(report);
    let mut out = format!(
        "{:<width$}{:>13}{:>12}{:>9}{:>9}{:>9}{:>12}\n",
        format!("stages, {}", unit.name()),
        "requested/s",
        "achieved/s",
        "p50",
        "p99",
        "max",
        "not ok",
        width = STAGE_WIDTH + 2,
    );
    for stage in &stages[..shown] {
        out.push_str(&row(stage, unit));
    }
    if shown < stages.len() {
        let more = stages.len() - shown;
        let s = if more == 1 { "" } else { "s" };
        out.push_str(&format!("  {more} more stage{s} (see -o json)\n"));
    }
    out
}

fn row(stage: &StageReport, unit: TimeUnit) -> String {
    let response = &stage.response_us;
    format!(
        "  {:<STAGE_WIDTH$}{:>13}{:>12}{:>9}{:>9}{:>9}{:>12}\n",
        truncate(&stage.stage, STAGE_WIDTH),
        format_decimal(stage.rate.requested.unwrap_or_default()),
        format_decimal(stage.rate.achieved),
        cell(response, "p50", unit),
        cell(response, "p99", unit),
        max_cell(response, unit),
        format_count(stage.hits.scheduled.saturating_sub(stage.hits.ok)),
    )
}
