//! A comparison as Markdown, for a merge request.

use hammer_analysis::{Comparison, Incomparable, RunNames, warning_texts};

use super::figure_rows::{self, FigureRow};
use super::run_list::run_list;
use super::statement;
use crate::comparison::side_names::SideNames;
use crate::report::markdown::escaped::{code, prose};
use crate::text::number::format_counted;

/// Maximum number of warnings, and of rows for loads, stages and groups.
const MAX_LISTED: usize = 20;

/// Renders a comparison: the outcome first, then warnings and the table of figures.
pub(in crate::comparison) fn render(comparison: &Comparison) -> String {
    let headline = statement::headline(comparison, "; ");
    let mut out = format!("**{}**: {}\n\n", comparison.outcome, prose(&headline));
    if let Some(rounds) = comparison.missing_rounds() {
        out.push_str(&format!(
            "**incomplete**: {}\n\n",
            prose(&rounds.to_string())
        ));
    }
    out.push_str(&format!("{}\n\n", prose(&statement::setup(comparison))));
    for (side, names) in run_list(comparison) {
        let names: Vec<_> = names.iter().map(|name| code(name)).collect();
        out.push_str(&format!("- {side}: {}\n", names.join(", ")));
    }
    let notes = statement::notes(comparison).into_iter();
    let warnings = warning_texts(comparison, RunNames::Places);
    let hidden = warnings.len().saturating_sub(MAX_LISTED);
    let more = (hidden > 0).then(|| {
        format!(
            "and {} (see -o json)",
            format_counted(hidden as u64, "more warning")
        )
    });
    let warnings = warnings.iter().take(MAX_LISTED);
    let warnings = warnings.map(|warning| format!("warning: {warning}"));
    for line in notes.chain(warnings).chain(more) {
        out.push_str(&format!("- {}\n", prose(&line)));
    }
    let (mut parts, _) = figure_rows::changed_parts(comparison);
    parts.truncate(MAX_LISTED);
    out.push_str("\n| figure | base | new | change | outcome |\n|---|---:|---:|---|---|\n");
    for figure in figure_rows::whole_run(comparison).iter().chain(&parts) {
        out.push_str(&row(figure));
    }
    if let Some(next_step) = &comparison.next_step {
        out.push_str(&format!("\nNext: {}.\n", prose(next_step)));
    }
    out
}

/// Renders the reasons why runs were not compared.
pub(in crate::comparison) fn render_refused(refused: &Incomparable, names: &SideNames) -> String {
    let mut out = "**not compared**\n\n".to_owned();
    for reason in &refused.reasons {
        out.push_str(&format!("- {}\n", prose(&reason.to_string())));
    }
    for (index, (position, name)) in names.placed().enumerate() {
        if index == 0 {
            out.push_str("\n| run | file |\n|---|---|\n");
        }
        out.push_str(&format!("| {position} | {} |\n", code(name)));
    }
    out
}

fn row(figure: &FigureRow) -> String {
    let outcome = prose(&figure.outcome);
    let outcome = match figure.is_changed {
        true => format!("**{outcome}**"),
        false => outcome,
    };
    format!(
        "| {} | {} | {} | {} | {outcome} |\n",
        prose(&figure.figure),
        figure.base,
        figure.new,
        figure.change,
    )
}

#[cfg(test)]
mod tests {
    use hammer_analysis::ComparisonOutcome;

    use super::*;

    #[test]
    fn changes_that_decide_are_bold() {
        let figure = |is_changed| FigureRow {
            figure: "p99".to_owned(),
            base: "1.00 ms".to_owned(),
            new: "2.00 ms".to_owned(),
            change: "+100.0 %".to_owned(),
            outcome: ComparisonOutcome::Worse.to_string(),
            is_changed,
        };
        let start = "| p99 | 1.00 ms | 2.00 ms | +100.0 % |";
        assert_eq!(row(&figure(true)), format!("{start} **worse** |\n"));
        assert_eq!(row(&figure(false)), format!("{start} worse |\n"));
    }
}
