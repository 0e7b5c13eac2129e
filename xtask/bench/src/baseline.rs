//! Compares a bench with an earlier one.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::number_format::format_number;
use crate::record::{BenchRecord, BetterDirection, MeasuredFigure, SCHEMA};

/// Fewest rounds that show their own noise.
const MIN_ROUNDS: usize = 3;

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
pub(crate) struct FigureChange {
    scenario: String,
    figure: String,
    before: f64,
    after: f64,
    class: ChangeClass,
}

/// The significance of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeClass {
    /// The ranges of the rounds overlap.
    WithinNoise,
    Improvement,
    /// Every round is worse than the worst one before.
    Regression,
    /// One of the benches has too few rounds to show its noise.
    TooFewRounds,
}

/// Compares the figures of hammer that are in both records.
pub(crate) fn compare_records(before: &BenchRecord, after: &BenchRecord) -> Vec<FigureChange> {
    let ours = after.figures.iter().filter(|one| one.tool == "hammer");
    ours.filter_map(|after| {
        let before = before.figure(&after.scenario, &after.tool, &after.figure)?;
        Some(FigureChange {
            scenario: after.scenario.clone(),
            figure: after.figure.clone(),
            before: before.spread.median,
            after: after.spread.median,
            class: classify(before, after),
        })
    })
    .collect()
}

/// A caution if raw targets slept in one of the benches and polled in the other.
pub(crate) fn polling_caution(before: &BenchRecord, after: &BenchRecord) -> Option<&'static str> {
    (before.machine.polling_targets != after.machine.polling_targets).then_some(
        "raw targets slept in one of the two and polled in the other: ignore changes in scenarios with \
         a raw target",
    )
}

fn classify(before: &MeasuredFigure, after: &MeasuredFigure) -> ChangeClass {
    let rounds = |one: &MeasuredFigure| one.rounds.iter().flatten().count();
    if before.spread.overlaps(&after.spread) {
        return ChangeClass::WithinNoise;
    }
    if rounds(before).min(rounds(after)) < MIN_ROUNDS {
        return ChangeClass::TooFewRounds;
    }
    let more = after.spread.median > before.spread.median;
    if more == (after.better == BetterDirection::Higher) {
        ChangeClass::Improvement
    } else {
        ChangeClass::Regression
    }
}

/// True if a figure became worse beyond the noise.
pub(crate) fn has_regression(changes: &[FigureChange]) -> bool {
    changes
        .iter()
        .any(|one| one.class == ChangeClass::Regression)
}

/// Formats the changes as a table.
pub(crate) fn changes_table(changes: &[FigureChange]) -> String {
    let mut text = format!(
        "  {:<14} {:<26} {:>10} {:>10} {:>9}\n",
        "", "", "before", "after", "change"
    );
    for one in changes {
        let change = 100.0 * (one.after - one.before) / one.before.abs();
        let change = if change.is_finite() {
            format!("{change:+.1} %")
        } else {
            "-".to_owned()
        };
        let class = match one.class {
            ChangeClass::WithinNoise => "within the noise",
            ChangeClass::Improvement => "better",
            ChangeClass::Regression => "REGRESSION",
            ChangeClass::TooFewRounds => "too few rounds",
        };
        text += &format!(
            "  {:<14} {:<26} {:>10} {:>10} {:>9}  {class}\n",
            one.scenario,
            one.figure,
            format_number(one.before),
            format_number(one.after),
            change
        );
    }
    text
}

#[cfg(test)]
mod tests {
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
    fn a_regression_is_worse_than_every_round_before() {
        use BetterDirection::{Higher, Lower};
        use ChangeClass::{Regression, TooFewRounds, WithinNoise};
        let before = [100.0, 101.0, 102.0];
        for (after, better, class) in [
            (&[97.0, 98.0, 99.0][..], Higher, Regression),
            (&[97.0, 98.0, 99.0], Lower, ChangeClass::Improvement),
            (&[103.0, 104.0, 105.0], Higher, ChangeClass::Improvement),
            (&[103.0, 104.0, 105.0], Lower, Regression),
            (&[90.0, 95.0, 100.0], Higher, WithinNoise),
            (&[102.0, 110.0, 120.0], Lower, WithinNoise),
            (&[50.0], Higher, TooFewRounds),
            (&[101.0], Higher, WithinNoise),
        ] {
            // Only figures of hammer that both records have are compared.
            let mut before = record(&before, better);
            before.figures[2].figure = "gone".to_owned();
            let changes = compare_records(&before, &record(after, better));
            let [change] = changes.as_slice() else {
                panic!("expected one common figure: {changes:?}");
            };
            assert_eq!(change.class, class, "{after:?} {better:?}");
            assert_eq!(has_regression(&changes), class == Regression);
            let table = changes_table(&changes);
            assert!(
                table.lines().all(|line| line.chars().count() <= 100),
                "{table}"
            );
        }
    }

    #[test]
    fn the_change_compares_medians() {
        let better = BetterDirection::Higher;
        let before = record(&[100.0, 200.0, 300.0], better);
        let after = record(&[10.0, 50.0, 60.0], better);
        let table = changes_table(&compare_records(&before, &after));
        assert!(table.contains("-75.0 %  REGRESSION"), "{table}");
    }
}
