//! This bench and an earlier one.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::number_format::format_number;
use crate::record::{BenchRecord, BetterDirection, MeasuredFigure, SCHEMA};

/// How many rounds it takes before they say something about their own noise.
const MIN_ROUNDS: usize = 3;

/// Reads the file of an earlier bench.
///
/// # Errors
///
/// If there is none, or it is not such a file.
pub(crate) fn read_record(path: &Path) -> Result<BenchRecord, Error> {
    let refused = |why: String| Error::usage(format!("compare with {}: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| refused(format!("no JSON: {error}")))?;
    match value.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => {}
        Some(other) => {
            return Err(refused(format!("its schema is {other:?}, not {SCHEMA:?}")));
        }
        None => return Err(refused(format!("no \"schema\":\"{SCHEMA}\" in it"))),
    }
    serde_json::from_value(value).map_err(|error| refused(error.to_string()))
}

/// A figure of ours, then and now.
#[derive(Debug, PartialEq)]
pub(crate) struct FigureChange {
    scenario: String,
    figure: String,
    before: f64,
    after: f64,
    class: ChangeClass,
}

/// What a change amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeClass {
    /// The rounds of then and now overlap.
    WithinNoise,
    Improvement,
    /// Worse, and no round of now was as good as the worst of then.
    Regression,
    /// Too few rounds on one side to know the noise.
    TooFewRounds,
}

/// Compares the figures of ours that are in both.
pub(crate) fn compare_records(then: &BenchRecord, now: &BenchRecord) -> Vec<FigureChange> {
    let ours = now.figures.iter().filter(|one| one.tool == "hammer");
    ours.filter_map(|now| {
        let then = then.figure(&now.scenario, &now.tool, &now.figure)?;
        Some(FigureChange {
            scenario: now.scenario.clone(),
            figure: now.figure.clone(),
            before: then.spread.median,
            after: now.spread.median,
            class: classify(then, now),
        })
    })
    .collect()
}

fn classify(then: &MeasuredFigure, now: &MeasuredFigure) -> ChangeClass {
    let rounds = |one: &MeasuredFigure| one.rounds.iter().flatten().count();
    if then.spread.overlaps(&now.spread) {
        return ChangeClass::WithinNoise;
    }
    if rounds(then).min(rounds(now)) < MIN_ROUNDS {
        return ChangeClass::TooFewRounds;
    }
    let more = now.spread.median > then.spread.median;
    if more == (now.better == BetterDirection::Higher) {
        ChangeClass::Improvement
    } else {
        ChangeClass::Regression
    }
}

/// Whether something became worse beyond the noise.
pub(crate) fn has_regression(changes: &[FigureChange]) -> bool {
    changes
        .iter()
        .any(|one| one.class == ChangeClass::Regression)
}

/// The changes as a table.
pub(crate) fn changes_table(changes: &[FigureChange]) -> String {
    let mut text = format!(
        "  {:<14} {:<26} {:>10} {:>10} {:>9}\n",
        "", "", "then", "now", "change"
    );
    for one in changes {
        let change = 100.0 * (one.after - one.before) / one.before.abs();
        let change = if change.is_finite() {
            format!("{change:+.1} %")
        } else {
            "-".to_owned()
        };
        let verdict = match one.class {
            ChangeClass::WithinNoise => "within the noise",
            ChangeClass::Improvement => "better",
            ChangeClass::Regression => "REGRESSION",
            ChangeClass::TooFewRounds => "too few rounds",
        };
        text += &format!(
            "  {:<14} {:<26} {:>10} {:>10} {:>9}  {verdict}\n",
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
    fn a_regression_is_worse_than_every_round_of_then() {
        use BetterDirection::{Higher, Lower};
        use ChangeClass::{Regression, TooFewRounds, WithinNoise};
        let then = [100.0, 101.0, 102.0];
        for (now, better, verdict) in [
            (&[97.0, 98.0, 99.0][..], Higher, Regression),
            (&[97.0, 98.0, 99.0], Lower, ChangeClass::Improvement),
            (&[103.0, 104.0, 105.0], Higher, ChangeClass::Improvement),
            (&[103.0, 104.0, 105.0], Lower, Regression),
            (&[90.0, 95.0, 100.0], Higher, WithinNoise),
            (&[102.0, 110.0, 120.0], Lower, WithinNoise),
            (&[50.0], Higher, TooFewRounds),
            (&[101.0], Higher, WithinNoise),
        ] {
            // The figure that both have is compared; another tool's, and what one lacks, is not.
            let mut before = record(&then, better);
            before.figures[2].figure = "gone".to_owned();
            let changes = compare_records(&before, &record(now, better));
            let [change] = changes.as_slice() else {
                panic!("one figure is in both: {changes:?}");
            };
            assert_eq!(change.class, verdict, "{now:?} {better:?}");
            assert_eq!(has_regression(&changes), verdict == Regression);
            let table = changes_table(&changes);
            assert!(
                table.lines().all(|line| line.chars().count() <= 100),
                "{table}"
            );
        }
    }

    #[test]
    fn the_change_is_that_of_the_medians() {
        let better = BetterDirection::Higher;
        let then = record(&[100.0, 200.0, 300.0], better);
        let now = record(&[10.0, 50.0, 60.0], better);
        let table = changes_table(&compare_records(&then, &now));
        assert!(table.contains("-75.0 %  REGRESSION"), "{table}");
    }
}
