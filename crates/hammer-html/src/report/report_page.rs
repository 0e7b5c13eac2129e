//! The page of a run as a whole.

use hammer_core::RunFile;
use hammer_diagnostic::printable;
use maud::{Markup, PreEscaped, html};

use super::baseline_section::baseline_section;
use super::load_section::load_section;
use super::loads_table::loads_table;
use super::provenance_section::provenance_section;
use super::replay_section::replay_section;
use super::run_outcome::run_outcome;
use super::totals_section::totals_section;
use super::verdict_section::verdict_section;
use crate::document::{DocumentParts, document};
use crate::embedded_run::{smaller_run_script, whole_run_script};
use crate::load_charts::ChartDetail;

/// The size that a page has at most, in bytes, unless a plan has several loads.
const PAGE_BUDGET: usize = 400_000;
/// The room that charts leave for a run that does not fit as a whole, in bytes.
const RUN_BUDGET: usize = 150_000;

/// The largest number of loads that have charts of their own.
const MAX_CHARTED_LOADS: usize = 8;

/// Renders a run as one page of HTML.
///
/// The page has the run inside, in less detail if it is long. An hour with a load takes at most 400 kB,
/// also with 64 stages and 50 groups.
#[must_use]
pub fn report_page(run: &RunFile) -> String {
    let title = title(run);
    let parts = |detail, has_run_inside| DocumentParts {
        title: &title,
        body: body(run, detail, has_run_inside),
    };
    let nothing = PreEscaped(String::new());
    let room = |parts: &DocumentParts| {
        let without_run = document(parts, &nothing);
        PAGE_BUDGET.saturating_sub(without_run.0.len())
    };
    let fine = parts(ChartDetail::FINE, true);
    if let Some(run) = whole_run_script(run, room(&fine)) {
        return document(&fine, &run).into_string();
    }
    let mut chosen = fine;
    for detail in [ChartDetail::COARSE, ChartDetail::COARSEST] {
        if room(&chosen) < RUN_BUDGET {
            chosen = parts(detail, true);
        }
    }
    match smaller_run_script(run, room(&chosen).max(RUN_BUDGET)) {
        Some(run) => document(&chosen, &run),
        None => document(&parts(ChartDetail::FINE, false), &nothing),
    }
    .into_string()
}

fn body(run: &RunFile, detail: ChartDetail, has_run_inside: bool) -> Markup {
    let report = &run.report;
    let charted = report.loads.len().min(MAX_CHARTED_LOADS);
    let is_plan = report.single_load().is_none();
    html! {
        (verdict_section(report))
        (totals_section(report))
        @if let Some(baseline) = &report.baseline { (baseline_section(baseline)) }
        @if let Some(replay) = &report.replay { (replay_section(replay)) }
        @if is_plan { (loads_table(report)) }
        @for (index, load) in report.loads.iter().enumerate() {
            (load_section(load, index, (index < charted).then(|| detail.shared_by(charted)), is_plan))
        }
        (provenance_section(run, has_run_inside))
    }
}

/// The title: the target or the plan, and the outcome.
fn title(run: &RunFile) -> String {
    let report = &run.report;
    let subject = match report.single_load() {
        Some(load) => format!("{} {}", load.hammer, load.target),
        None => report.plan.clone(),
    };
    let outcome = run_outcome(report).text;
    printable(&format!("{} ({outcome}) – hammer", subject.trim())).into_owned()
}
