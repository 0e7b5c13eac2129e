//! The page of a comparison as a whole.

use hammer_analysis::Comparison;
use hammer_core::RunFile;
use maud::{PreEscaped, html};

use super::comparison_charts::comparison_charts;
use super::figures_table::figures_table;
use super::outcome_section::{outcome_section, outcome_symbol};
use super::runs_table::runs_table;
use crate::document::{DocumentParts, document};

/// Renders a comparison of the runs of two sides as one page of HTML.
///
/// `base` and `new` are the runs that were compared. The page does not contain them.
#[must_use]
pub fn comparison_page(comparison: &Comparison, base: &[RunFile], new: &[RunFile]) -> String {
    let outcome = comparison.outcome;
    let title = format!("{} {outcome} – hammer compare", outcome_symbol(outcome));
    let body = html! {
        (outcome_section(comparison))
        section id="figures" {
            h2 { "Figures" }
            (figures_table(comparison))
        }
        (comparison_charts(base, new))
        (runs_table(comparison))
    };
    let parts = DocumentParts {
        title: &title,
        body,
    };
    document(&parts, &PreEscaped(String::new())).into_string()
}
