//! The figure around a chart.

use maud::{Markup, html};

use super::chart_data::ChartData;
use super::json_script::json_script;

/// The texts of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChartText {
    /// The id of the figure, such as `chart-rate`.
    pub(crate) id: String,
    pub(crate) title: String,
    /// The finding in a sentence, with its figures.
    pub(crate) finding: String,
    /// A note on how to read the chart; empty if it needs none.
    pub(crate) note: &'static str,
}

/// Makes the figure of a chart.
pub(crate) fn figure(
    text: &ChartText,
    plot: &Markup,
    legend: &Markup,
    table: &Markup,
    data: &ChartData,
) -> Markup {
    html! {
        figure class="chart" id=(text.id) {
            figcaption {
                h3 { (text.title) }
                p class="finding" { (text.finding) }
            }
            (plot)
            (legend)
            @if !text.note.is_empty() { p class="note" { (text.note) } }
            details {
                summary { "Data" }
                (table)
            }
            script type="application/json" class="chart-data" { (json_script(data)) }
        }
    }
}
