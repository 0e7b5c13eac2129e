//! Comparison with the baseline, as Markdown.

use hammer_core::{BaselineChange, BaselineComparison};

use super::escaped::{code, prose};
use super::table::table;
use crate::report::text::baseline::{change_text, outcome_text};
use crate::report::text::thresholds::format_figure;

/// Renders a row for each figure, and the differences that may explain the changes.
pub(super) fn render(baseline: &BaselineComparison) -> String {
    let path = code(&baseline.path);
    if let Some(reason) = &baseline.incomparable {
        return format!(
            "**baseline**: {path} was not compared: {}\n\n",
            prose(reason)
        );
    }
    let rows: Vec<_> = baseline.figures.iter().map(row).collect();
    let warnings = baseline.warnings.iter();
    let warnings: String = warnings.map(|it| format!("- {}\n", prose(it))).collect();
    let end = if warnings.is_empty() { "" } else { "\n" };
    let changes = table(&["figure", ">baseline", ">now", "change", "outcome"], &rows);
    format!("**baseline**: changes from {path} within these two runs\n\n{changes}{warnings}{end}")
}

fn row(change: &BaselineChange) -> Vec<String> {
    let outcome = prose(&outcome_text(change));
    let outcome = match change.outcome.as_str() {
        "better" | "worse" => format!("**{outcome}**"),
        _ => outcome,
    };
    let [base, now] = [&change.baseline, &change.measured].map(|it| prose(&format_figure(it)));
    let size = prose(&change_text(change));
    vec![change.figure.clone(), base, now, size, outcome]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::baseline::tests::comparison;

    #[test]
    fn changes_are_a_table() {
        let markdown = render(&comparison());
        for line in [
            "**baseline**: changes from `base.json` within these two runs\n\n",
            "| p50 | 4.10 ms | 4.20 ms | +2.4 % (+0.3 to +4.5) | same |\n",
            "| p99 | 108 ms | 112 ms | +3.7 % (-8.0 to +17.0) | cannot tell (the interval is too wide) |\n",
            "| p99.9 | 250 ms | infinite: no response |  | **worse** |\n",
            "- different thing 1\n",
        ] {
            assert!(markdown.contains(line), "{line}\n{markdown}");
        }
    }
}
