//! The report as Markdown, for a merge request or a chat.
//!
//! Begins with the verdict and the thresholds, as the text report does. Foreign texts are escaped, so
//! that a URL or a label cannot format the page, and cannot mention a person.

mod baseline;
mod confidence;
pub(crate) mod escaped;
mod head;
mod load_counts;
mod load_section;
mod provenance;
pub(crate) mod table;

use hammer_core::RunFile;

/// Renders a run, with the `confidence` of its percentiles if that is true.
pub(super) fn render(run: &RunFile, confidence: bool) -> String {
    let report = &run.report;
    let mut out = head::render(report);
    out.extend(report.baseline.as_ref().map(baseline::render));
    match report.single_load() {
        Some(load) => out.push_str(&load_section::render(
            load,
            report.replay.as_ref(),
            confidence,
        )),
        None => {
            for load in &report.loads {
                out.push_str(&load_section::heading(load));
                out.push_str(&load_section::render(&load.report, None, confidence));
            }
        }
    }
    out + &provenance::render(run)
}
