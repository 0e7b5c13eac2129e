//! Head of the report: the title, the verdict and the thresholds.

use hammer_core::{CheckedThreshold, PlanReport};

use super::escaped::{code, items, prose};
use super::table::table;
use crate::report::text::{generator, hits, thresholds, title};

/// Maximum number of thresholds that are shown, failed ones first.
const MAX_THRESHOLDS: usize = 50;

/// Renders the title, many hits that are not ok, the verdict, the reason for an abort and the
/// thresholds; for several loads also their sums.
pub(super) fn render(report: &PlanReport) -> String {
    let single = report.single_load();
    let (heading, schedule) = match single {
        Some(load) => (
            format!("hammer {} {}", prose(&load.hammer), code(&load.target)),
            title::schedule(load, ""),
        ),
        None => (code(&report.plan), title::plan_schedule(report)),
    };
    let mut out = format!("### {heading}\n\n{}\n\n", prose(&schedule));
    if let Some(not_ok) = hits::not_ok_text(report) {
        out.push_str(&format!("**not ok**: {}\n\n", prose(&not_ok)));
    }
    out.push_str(&verdict_lines(report));
    if let Some(aborted) = &report.aborted {
        let reason = prose(&thresholds::abort_text(aborted));
        out.push_str(&format!("**aborted**: {reason}\n\n"));
    }
    out.push_str(&threshold_table(&report.thresholds));
    if single.is_none() {
        let [totals, generator] = [hits::totals_text(report), generator::plan_text(report)];
        out.push_str(&format!(
            "hits: {}\n\ngenerator: {}\n\n",
            items(&totals),
            items(&generator)
        ));
    }
    out
}

/// The verdict and all of its reasons.
fn verdict_lines(report: &PlanReport) -> String {
    let word = report.verdict.status.as_str();
    match report.verdict.reasons.as_slice() {
        [] => format!("**{word}**: {}\n\n", prose(&report.valid_text())),
        [reason] => format!("**{word}**: {}\n\n", prose(reason)),
        reasons => {
            let reasons = reasons.iter();
            let items: String = reasons.map(|it| format!("- {}\n", prose(it))).collect();
            format!("**{word}**:\n\n{items}\n")
        }
    }
}

/// A row for each threshold, failed ones first.
fn threshold_table(all: &[CheckedThreshold]) -> String {
    let (mut ordered, passed): (Vec<_>, Vec<_>) = all.iter().partition(|checked| !checked.passed);
    ordered.extend(passed);
    let rows = ordered.iter().take(MAX_THRESHOLDS).map(|checked| {
        let result = match thresholds::result(checked) {
            "pass" => "pass".to_owned(),
            other => format!("**{other}**"),
        };
        let figure = prose(&checked.figure());
        vec![code(&checked.expression), figure, result]
    });
    let mut out = table(
        &["threshold", ">measured", "result"],
        &rows.collect::<Vec<_>>(),
    );
    if let Some(more) = ordered.len().checked_sub(MAX_THRESHOLDS).filter(|n| *n > 0) {
        out.push_str(&format!("and {more} more thresholds\n\n"));
    }
    out
}
