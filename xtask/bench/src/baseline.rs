//! Compares a bench with an earlier one.

use std::fs;
use std::path::Path;

use hammer_analysis::{
    ChangeInterval, CompareOptions, ComparedValues, ComparisonDesign, ComparisonOutcome,
    FigureChange, UndecidedReason, compare_values, confirmed_values,
};
use serde_json::Value;

use crate::error::Error;
use crate::number_format::format_number;
use crate::record::{BenchRecord, MeasuredFigure, SCHEMA};

/// The smallest change of a figure that matters.
const MARGIN: f64 = 0.03;

/// The options of comparisons of benches.
pub(crate) fn comparison_options() -> CompareOptions {
    CompareOptions {
        margin: MARGIN,
        ..CompareOptions::default()
    }
}

/// Reads the record of an earlier bench.
///
/// # Errors
///
/// If the file cannot be read, or is not a record of this schema.
pub(crate) fn read_record(path: &Path) -> Result<BenchRecord, Error> {
    let refused = |reason: String| {
        Error::usage(format!(
            "failed to read --against {}: {reason}",
            path.display()
        ))
    };
    let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| refused(format!("invalid JSON: {error}")))?;
    match value.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => {}
        Some(other) => {
            return Err(refused(format!(
                "expected schema {SCHEMA:?}, found {other:?}"
            )));
        }
        None => return Err(refused(format!("expected schema {SCHEMA:?}, found none"))),
    }
    serde_json::from_value(value).map_err(|error| refused(error.to_string()))
}

/// A figure of hammer in both benches.
#[derive(Debug, PartialEq)]
pub(crate) struct ComparedRounds {
    scenario: String,
    figure: String,
    compared: ComparedValues,
    /// True if the outcome holds after the correction for the number of figures.
    is_confirmed: bool,
}

/// Compares the figures of hammer that are in both records, as one family.
pub(crate) fn compare_records(before: &BenchRecord, after: &BenchRecord) -> Vec<ComparedRounds> {
    let ours = after.figures.iter().filter(|one| one.tool == "hammer");
    let both = ours.filter_map(|after| {
        let before = before.figure(&after.scenario, &after.tool, &after.figure)?;
        Some((after, compare_rounds(before, after)))
    });
    let (figures, compared): (Vec<&MeasuredFigure>, Vec<ComparedValues>) = both.unzip();
    let confirmed = confirmed_values(&compared, &comparison_options());
    let rows = figures.into_iter().zip(compared).zip(confirmed);
    rows.map(|((figure, compared), is_confirmed)| ComparedRounds {
        scenario: figure.scenario.clone(),
        figure: figure.figure.clone(),
        compared,
        is_confirmed,
    })
    .collect()
}

/// Compares the rounds of two benches, which were measured at different times and are not pairs.
fn compare_rounds(before: &MeasuredFigure, after: &MeasuredFigure) -> ComparedValues {
    compare_values(
        &before.values(),
        &after.values(),
        ComparisonDesign::Independent,
        after.better,
        &comparison_options(),
    )
}

/// A caution if raw targets slept in one of the benches and polled in the other.
pub(crate) fn polling_caution(before: &BenchRecord, after: &BenchRecord) -> Option<&'static str> {
    (before.machine.polling_targets != after.machine.polling_targets).then_some(
        "raw targets slept in one of the two and polled in the other: ignore changes in scenarios with \
         a raw target",
    )
}

/// True if a figure became worse, also after the correction for the number of figures.
pub(crate) fn has_regression(changes: &[ComparedRounds]) -> bool {
    let mut changes = changes.iter();
    changes.any(|one| one.is_confirmed && one.compared.outcome == ComparisonOutcome::Worse)
}

/// Formats the changes as a table.
pub(crate) fn changes_table(changes: &[ComparedRounds]) -> String {
    let mut text = format!(
        "  {:<14} {:<26} {:>9} {:>9}  change, % (95 % interval)\n",
        "", "", "before", "after"
    );
    for one in changes {
        let ComparedValues {
            base, new, change, ..
        } = one.compared;
        let value = |value: Option<f64>| value.map_or("-".to_owned(), format_number);
        text += &format!(
            "  {:<14} {:<26} {:>9} {:>9}  {:<22}  {}\n",
            one.scenario,
            one.figure,
            value(base),
            value(new),
            change.map_or("-".to_owned(), change_text),
            outcome_text(one),
        );
    }
    text
}

/// The change with its interval, in percent.
fn change_text(change: FigureChange) -> String {
    let percent = |change: f64| format!("{:+.1}", 100.0 * change);
    let value = percent(change.value);
    match change.interval {
        Some(ChangeInterval { low, high }) => {
            format!("{value} ({} to {})", percent(low), percent(high))
        }
        None => value,
    }
}

/// The outcome, or why there is none.
fn outcome_text(one: &ComparedRounds) -> &'static str {
    match (one.compared.outcome, one.compared.undecided) {
        (ComparisonOutcome::Better | ComparisonOutcome::Worse, _) if !one.is_confirmed => {
            "by chance?"
        }
        (ComparisonOutcome::Worse, _) => "REGRESSION",
        (ComparisonOutcome::Better, _) => "better",
        (ComparisonOutcome::Same, _) => "same",
        (_, Some(UndecidedReason::OneValuePerRun)) => "few rounds",
        (_, Some(UndecidedReason::NotMeasured)) => "no ratio",
        (ComparisonOutcome::CannotTell, _) => "cannot tell",
    }
}

#[cfg(test)]
mod tests {
    use hammer_analysis::BetterDirection;

    use super::*;
    use crate::record::tests::figure;

    fn record(rounds: &[f64], better: BetterDirection) -> BenchRecord {
        let mut ours = figure("closed", "hammer", "hits_per_s", rounds);
        ours.better = better;
        let theirs = figure("closed", "oha", "hits_per_s", &[1.0, 1.0, 1.0]);
        let others = figure("steady", "hammer", &format!("of_{}", rounds.len()), &[1.0]);
        BenchRecord {
            figures: vec![ours, theirs, others],
            ..BenchRecord::default()
        }
    }

    #[test]
    fn benches_with_and_without_polling_are_not_comparable() {
        // A record from before targets could poll.
        let old = r#"{"cpu":"c","cores":2,"system":"linux","kernel":"6","pinned":null}"#;
        let record = |machine: &str| BenchRecord {
            machine: serde_json::from_str(machine).expect("a machine"),
            ..BenchRecord::default()
        };
        let new = old.replace("null", r#"null,"polling_targets":true"#);
        for (before, after, cautions) in [(old, old, false), (old, &new, true), (&new, &new, false)]
        {
            let caution = polling_caution(&record(before), &record(after));
            assert_eq!(caution.is_some(), cautions, "{before} {after}");
        }
    }

    #[test]
    fn a_regression_is_worse_beyond_noise_and_margin() {
        use BetterDirection::{Higher, Lower};
        use ComparisonOutcome::{Better, CannotTell, Same, Worse};
        let before = [100.0, 101.0, 102.0];
        for (after, better, outcome, text) in [
            (&[92.0, 93.0, 94.0][..], Higher, Worse, "REGRESSION"),
            (&[92.0, 93.0, 94.0], Lower, Better, "better"),
            (&[109.0, 110.0, 111.0], Higher, Better, "better"),
            (&[109.0, 110.0, 111.0], Lower, Worse, "REGRESSION"),
            (&[90.0, 95.0, 100.0], Higher, CannotTell, "cannot tell"),
            (&[102.0, 110.0, 120.0], Lower, CannotTell, "cannot tell"),
            (&[100.5, 101.0, 101.5], Higher, Same, "same"),
            (&[50.0], Higher, CannotTell, "few rounds"),
            (&[0.0, 0.0, 0.0], Lower, CannotTell, "no ratio"),
        ] {
            // Only figures of hammer that both records have are compared.
            let mut before = record(&before, better);
            before.figures[2].figure = "gone".to_owned();
            let changes = compare_records(&before, &record(after, better));
            let [change] = changes.as_slice() else {
                panic!("expected one common figure: {changes:?}");
            };
            assert_eq!(change.compared.outcome, outcome, "{after:?} {better:?}");
            assert_eq!(has_regression(&changes), outcome == Worse);
            let table = changes_table(&changes);
            assert!(table.contains(text), "{table}");
            assert!(
                table.lines().all(|line| line.chars().count() <= 100),
                "{table}"
            );
        }
    }

    /// A p value of 0.024 is rare for one figure, but not for the lowest of ten.
    #[test]
    fn a_regression_is_worse_among_all_figures() {
        let records = |worse: &[f64], others: usize| {
            let mut record = BenchRecord {
                figures: vec![figure("closed", "hammer", "worse", worse)],
                ..BenchRecord::default()
            };
            let names = (0..others).map(|index| format!("other_{index}"));
            let rounds = [100.0, 101.0, 102.0];
            let others = names.map(|name| figure("closed", "hammer", &name, &rounds));
            record.figures.extend(others);
            record
        };
        let (before, noisy, clear) = (
            [100.0, 101.0, 102.0],
            [88.0, 91.0, 94.0],
            [91.0, 92.0, 93.0],
        );
        for (after, others, is_regression, text) in [
            (&noisy, 0, true, "REGRESSION"),
            (&noisy, 9, false, "by chance?"),
            (&clear, 9, true, "REGRESSION"),
        ] {
            let changes = compare_records(&records(&before, others), &records(after, others));
            assert_eq!(
                has_regression(&changes),
                is_regression,
                "{after:?} {others}"
            );
            let table = changes_table(&changes);
            assert!(table.contains(text), "{table}");
        }
    }

    /// Of 101 and 92 in the middle, each with 1 more and 1 less.
    #[test]
    fn the_change_is_a_ratio_with_an_interval() {
        let better = BetterDirection::Higher;
        let before = record(&[100.0, 101.0, 102.0], better);
        let after = record(&[91.0, 92.0, 93.0], better);
        let table = changes_table(&compare_records(&before, &after));
        assert!(table.contains("-8.9 (-11.0 to -6.7)"), "{table}");
    }
}
