//! Comparison with the baseline.

use hammer_core::{BaselineChange, BaselineComparison};

use super::escaped::{code, prose};
use super::table::table;
use crate::report::text::baseline::change_text;

/// Renders the changes of figures, and the differences that may explain them.
pub(super) fn render(baseline: &BaselineComparison) -> String {
    let path = code(&baseline.path);
    if let Some(reason) = &baseline.incomparable {
        return format!("baseline {path}: not compared: {}\n\n", prose(reason));
    }
    let headers = ["figure", ">baseline", ">now", ">change", "outcome"];
    let rows: Vec<_> = baseline.figures.iter().map(row).collect();
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
    vec![
        prose(&change.figure),
        prose(&change.baseline.to_string()),
        prose(&change.measured.to_string()),
        prose(&change_text(change)),
        outcome,
    ]
}

#[cfg(test)]
mod tests {
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
        let comparison = BaselineComparison {
            path: "base|1.run".to_owned(),
            figures: vec![worse],
            warnings: vec!["other kernel <6>".to_owned()],
            ..BaselineComparison::default()
        };
        let expected = "\
baseline `base\\|1.run`, changes between these two runs:

| figure | baseline | now | change | outcome |
| --- | ---: | ---: | ---: | --- |
| p99 | 108 ms | 140 ms | +29.6 % (+20.0 to +40.0) | **worse** |

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
