//! Comparison with the baseline.

use hammer_core::{BaselineChange, BaselineComparison};

use super::escaped::{code, prose};
use super::table::table;
use crate::report::text::baseline::{change_text, has_meaning};
use crate::report::text::latency::TimeUnit;
use crate::report::text::thresholds::format_figures;

/// Renders the changes of figures, and the differences that may explain them.
pub(super) fn render(baseline: &BaselineComparison) -> String {
    let path = code(&baseline.path);
    if let Some(reason) = &baseline.incomparable {
        return format!("baseline {path}: not compared: {}\n\n", prose(reason));
    }
    let headers = ["figure", ">baseline", ">now", ">change", "outcome"];
    let rows = baseline.figures.iter().filter(|it| has_meaning(it));
    let rows: Vec<_> = rows.map(row).collect();
    let warnings = baseline.warnings.iter();
    let mut warnings: String = warnings
        .map(|warning| format!("- {}\n", prose(warning)))
        .collect();
    if !warnings.is_empty() {
        warnings.push('\n');
    }
    format!(
        "baseline {path}, changes between these two runs:\n\n{}{warnings}",
        table(&headers, &rows)
    )
}

fn row(change: &BaselineChange) -> Vec<String> {
    let outcome = prose(&change.outcome.replace('_', " "));
    let outcome = match (&change.undecided, outcome.as_str()) {
        (Some(reason), _) => format!("{outcome}: {}", prose(reason)),
        (None, "worse") => "**worse**".to_owned(),
        (None, _) => outcome,
    };
    let [base, now] = format_figures([&change.baseline, &change.measured], TimeUnit::for_micros);
    vec![
        prose(&change.figure),
        prose(&base),
        prose(&now),
        prose(&change_text(change)),
        outcome,
    ]
}

#[cfg(test)]
mod tests {
    use hammer_analysis::UndecidedReason;
    use hammer_core::MeasuredValue;

    use super::*;

    #[test]
    fn changes_are_a_table() {
        let us = |value| MeasuredValue {
            value: Some(value),
            infinite: false,
            unit: "us".to_owned(),
        };
        let worse = BaselineChange {
            figure: "p99".to_owned(),
            baseline: us(108e3),
            measured: us(140e3),
            change: Some(29.6),
            change_low: Some(20.0),
            change_high: Some(40.0),
            outcome: "worse".to_owned(),
            undecided: None,
        };
        let short = BaselineChange {
            figure: "p50".to_owned(),
            baseline: us(3.56e3),
            measured: us(933.0),
            outcome: "better".to_owned(),
            ..worse.clone()
        };
        // A run of 600 hits has no p99.9.
        let unknown = BaselineChange {
            figure: "p99.9".to_owned(),
            outcome: "cannot_tell".to_owned(),
            undecided: Some(UndecidedReason::TooFewHits.to_string()),
            ..worse.clone()
        };
        let comparison = BaselineComparison {
            path: "base|1.run".to_owned(),
            figures: vec![worse, short, unknown],
            warnings: vec!["other kernel <6>".to_owned()],
            ..BaselineComparison::default()
        };
        let expected = "\
baseline `base\\|1.run`, changes between these two runs:

| figure | baseline | now | change | outcome |
| --- | ---: | ---: | ---: | --- |
| p99 | 108 ms | 140 ms | +29.6 % (+20.0 to +40.0) | **worse** |
| p50 | 3.56 ms | 0.933 ms | +29.6 % (+20.0 to +40.0) | better |

- other kernel \\<6\\>

";
        assert_eq!(render(&comparison), expected);
        let refused = BaselineComparison {
            path: "base.run".to_owned(),
            incomparable: Some("other hammer".to_owned()),
            ..BaselineComparison::default()
        };
        assert_eq!(
            render(&refused),
            "baseline `base.run`: not compared: other hammer\n\n"
        );
    }
}
