//! This bench and an earlier one.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::number::shown;
use crate::record::{Better, Figure, Record, SCHEMA};

/// How many rounds it takes before they say something about their own noise.
const ENOUGH_ROUNDS: usize = 3;

/// Reads the file of an earlier bench.
///
/// # Errors
///
/// If there is none, or it is not such a file.
pub(crate) fn read(path: &Path) -> Result<Record, Error> {
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
pub(crate) struct Change {
    scenario: String,
    figure: String,
    then: f64,
    now: f64,
    verdict: Verdict,
}

/// What a change amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The rounds of then and now overlap.
    Noise,
    Better,
    /// Worse, and no round of now was as good as the worst of then.
    Regression,
    /// Too few rounds on one side to know the noise.
    Unjudged,
}

/// Compares the figures of ours that are in both.
pub(crate) fn compare(then: &Record, now: &Record) -> Vec<Change> {
    let ours = now.figures.iter().filter(|one| one.tool == "hammer");
    ours.filter_map(|now| {
        let then = then.figure(&now.scenario, &now.tool, &now.figure)?;
        Some(Change {
            scenario: now.scenario.clone(),
            figure: now.figure.clone(),
            then: then.spread.median,
            now: now.spread.median,
            verdict: verdict(then, now),
        })
    })
    .collect()
}

fn verdict(then: &Figure, now: &Figure) -> Verdict {
    let rounds = |one: &Figure| one.rounds.iter().flatten().count();
    if then.spread.overlaps(&now.spread) {
        return Verdict::Noise;
    }
    if rounds(then).min(rounds(now)) < ENOUGH_ROUNDS {
        return Verdict::Unjudged;
    }
    let more = now.spread.median > then.spread.median;
    if more == (now.better == Better::Higher) {
        Verdict::Better
    } else {
        Verdict::Regression
    }
}

/// Whether something became worse beyond the noise.
pub(crate) fn any_regression(changes: &[Change]) -> bool {
    changes.iter().any(|one| one.verdict == Verdict::Regression)
}

/// The changes as a table.
pub(crate) fn table(changes: &[Change]) -> String {
    let mut text = format!(
        "  {:<14} {:<26} {:>10} {:>10} {:>9}\n",
        "", "", "then", "now", "change"
    );
    for one in changes {
        let change = 100.0 * (one.now - one.then) / one.then.abs();
        let change = if change.is_finite() {
            format!("{change:+.1} %")
        } else {
            "-".to_owned()
        };
        let verdict = match one.verdict {
            Verdict::Noise => "within the noise",
            Verdict::Better => "better",
            Verdict::Regression => "REGRESSION",
            Verdict::Unjudged => "too few rounds",
        };
        text += &format!(
            "  {:<14} {:<26} {:>10} {:>10} {:>9}  {verdict}\n",
            one.scenario,
            one.figure,
            shown(one.then),
            shown(one.now),
            change
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::figure;

    fn record(rounds: &[f64], better: Better) -> Record {
        let mut ours = figure("closed", "hammer", "hits_per_s", rounds);
        ours.better = better;
        let theirs = figure("closed", "oha", "hits_per_s", &[1.0, 1.0, 1.0]);
        let others = figure("steady", "hammer", &format!("of_{}", rounds.len()), &[1.0]);
        Record {
            figures: vec![ours, theirs, others],
            ..Record::default()
        }
    }

    #[test]
    fn a_regression_is_worse_than_every_round_of_then() {
        use Better::{Higher, Lower};
        use Verdict::{Noise, Regression, Unjudged};
        let then = [100.0, 101.0, 102.0];
        for (now, better, verdict) in [
            (&[97.0, 98.0, 99.0][..], Higher, Regression),
            (&[97.0, 98.0, 99.0], Lower, Verdict::Better),
            (&[103.0, 104.0, 105.0], Higher, Verdict::Better),
            (&[103.0, 104.0, 105.0], Lower, Regression),
            (&[90.0, 95.0, 100.0], Higher, Noise),
            (&[102.0, 110.0, 120.0], Lower, Noise),
            (&[50.0], Higher, Unjudged),
            (&[101.0], Higher, Noise),
        ] {
            // The figure that both have is compared; another tool's, and what one lacks, is not.
            let mut before = record(&then, better);
            before.figures[2].figure = "gone".to_owned();
            let changes = compare(&before, &record(now, better));
            let [change] = changes.as_slice() else {
                panic!("one figure is in both: {changes:?}");
            };
            assert_eq!(change.verdict, verdict, "{now:?} {better:?}");
            assert_eq!(any_regression(&changes), verdict == Regression);
            let table = table(&changes);
            assert!(
                table.lines().all(|line| line.chars().count() <= 100),
                "{table}"
            );
        }
    }

    #[test]
    fn the_change_is_that_of_the_medians() {
        let better = Better::Higher;
        let then = record(&[100.0, 200.0, 300.0], better);
        let now = record(&[10.0, 50.0, 60.0], better);
        let table = table(&compare(&then, &now));
        assert!(table.contains("-75.0 %  REGRESSION"), "{table}");
    }
}
