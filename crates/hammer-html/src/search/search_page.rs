//! The page of a search as a whole.

use hammer_analysis::SearchReport;
use hammer_diagnostic::{format_rate, printable};
use maud::{PreEscaped, html};

use super::answer_section::{answer_section, grade};
use super::levels_section::levels_section;
use super::looks_table::looks_section;
use super::rate_charts::{achieved_chart, times_chart};
use super::recovery_section::recovery_section;
use super::setup_section::setup_section;
use crate::document::{DocumentParts, document};

/// Renders the report of a search as one page of HTML.
///
/// The page does not contain the runs of the looks.
#[must_use]
pub fn search_page(report: &SearchReport) -> String {
    let rate = report.known_rate().map(format_rate);
    let rate = rate.map_or_else(String::new, |rate| format!(" {rate}"));
    let title = format!(
        "{} {}{rate}: {} {} – hammer find",
        grade(report).symbol(),
        report.answer_title(),
        report.hammer,
        report.target
    );
    let body = html! {
        (answer_section(report))
        section id="rates" {
            h2 { "By rate" }
            div class="charts" {
                @for chart in [times_chart(report), achieved_chart(report)].into_iter().flatten() { (chart) }
            }
        }
        (looks_section(report))
        (levels_section(report))
        (recovery_section(report))
        (setup_section(report))
    };
    let parts = DocumentParts {
        title: &printable(&title),
        body,
    };
    document(&parts, &PreEscaped(String::new())).into_string()
}
