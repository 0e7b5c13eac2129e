//! The looks at shares of the answer.

use hammer_analysis::SearchReport;
use maud::{Markup, html};

use super::looks_table::looks_table;
use super::rate_charts::{by_rate, chart_of_times};
use crate::chart::ChartText;
use crate::sentence::sentence;

/// Shows the curve and its table; nothing if it was not asked for.
pub(super) fn levels_section(report: &SearchReport) -> Markup {
    let looks = by_rate(&report.curve);
    let knee = report.knee_text();
    let finding = knee.map_or_else(
        || "The curve has no knee.".to_owned(),
        |knee| sentence(&format!("the knee is at {knee}")),
    );
    let text = ChartText {
        id: "chart-levels".to_owned(),
        title: "Response at shares of the answer".to_owned(),
        finding,
        note: "One look at each rate, so that a single one can be off.",
    };
    html! {
        @if !looks.is_empty() {
            section id="curve" {
                h2 { "Curve" }
                div class="charts" {
                    @if let Some(chart) = chart_of_times(&looks, &report.objectives, text) { (chart) }
                }
                (looks_table(&looks))
            }
        }
    }
}
