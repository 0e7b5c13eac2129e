//! The texts of warnings, of which those of several runs are one.

use super::run_names::RunNames;
use super::run_position::RunPosition;
use super::warning::ComparabilityWarning;

/// The texts of warnings, with these names for the runs, in their order. A warning about several runs is
/// one text.
#[must_use]
pub fn warning_texts(warnings: &[ComparabilityWarning], names: RunNames<'_>) -> Vec<String> {
    let mut groups: Vec<Vec<&ComparabilityWarning>> = vec![];
    for warning in warnings {
        let same = |group: &&mut Vec<_>| is_of_same_kind(group[0], warning);
        match groups.iter_mut().find(same) {
            Some(group) => group.push(warning),
            None => groups.push(vec![warning]),
        }
    }
    groups.iter().map(|group| text(group, names)).collect()
}

/// True if two warnings differ only in their run and its numbers.
fn is_of_same_kind(one: &ComparabilityWarning, other: &ComparabilityWarning) -> bool {
    use ComparabilityWarning::{RateNotReached, Suspect};
    match (one, other) {
        (Suspect { verdict: one, .. }, Suspect { verdict: other, .. }) => {
            let words = |verdict: &Option<String>| {
                let chars = verdict.iter().flat_map(|verdict| verdict.chars());
                let words = chars.filter(|char| !char.is_ascii_digit() && !",.".contains(*char));
                words.collect::<String>()
            };
            words(one) == words(other)
        }
        (RateNotReached { load: one, .. }, RateNotReached { load: other, .. }) => one == other,
        _ => false,
    }
}

/// The text of warnings of the same kind.
fn text(group: &[&ComparabilityWarning], names: RunNames<'_>) -> String {
    let Some((first, [_, ..])) = group.split_first() else {
        return group[0].text(names);
    };
    let runs: Vec<RunPosition> = group.iter().filter_map(|it| run(it)).collect();
    let runs = names.runs(&runs);
    match first {
        ComparabilityWarning::Suspect { run, verdict } => {
            let has_same = |it: &&ComparabilityWarning| matches!(it, ComparabilityWarning::Suspect { verdict: other, .. } if other == verdict);
            match (verdict, group.iter().all(has_same)) {
                (None, _) => format!("{runs} are suspect"),
                (Some(verdict), true) => format!("{runs} are suspect: {verdict}"),
                (Some(verdict), false) => {
                    format!(
                        "{runs} are suspect, for example {}: {verdict}",
                        names.run(*run)
                    )
                }
            }
        }
        ComparabilityWarning::RateNotReached { load, .. } => {
            let load = load.iter().map(|load| format!("load {load:?}: "));
            let load = load.collect::<String>();
            format!(
                "{load}{runs} started only {} of the hits due",
                shares(group)
            )
        }
        other => other.text(names),
    }
}

/// The run that a warning is about.
fn run(warning: &ComparabilityWarning) -> Option<RunPosition> {
    match warning {
        ComparabilityWarning::Suspect { run, .. }
        | ComparabilityWarning::RateNotReached { run, .. } => Some(*run),
        _ => None,
    }
}

/// The range of the achieved shares.
fn shares(group: &[&ComparabilityWarning]) -> String {
    let achieved = group.iter().filter_map(|warning| match warning {
        ComparabilityWarning::RateNotReached {
            achieved_percent, ..
        } => Some(*achieved_percent),
        _ => None,
    });
    let lowest = achieved.clone().fold(f64::INFINITY, f64::min);
    let highest = achieved.fold(0.0, f64::max);
    let [lowest, highest] = [lowest, highest].map(|percent| format!("{percent:.1} %"));
    match lowest == highest {
        true => lowest,
        false => format!("{lowest} to {highest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparability::run_position::ComparisonSide;

    #[test]
    fn warnings_about_several_runs_are_one_text() {
        let run = |side, index| RunPosition { side, index };
        let suspect = |side, index, verdict: &str| ComparabilityWarning::Suspect {
            run: run(side, index),
            verdict: Some(verdict.to_owned()),
        };
        let slow = |index, achieved_percent| ComparabilityWarning::RateNotReached {
            run: run(ComparisonSide::New, index),
            load: Some("read".to_owned()),
            achieved_percent,
        };
        let warnings = [
            suspect(ComparisonSide::Base, 0, "Hits were late."),
            suspect(ComparisonSide::Base, 1, "Hits were late."),
            slow(0, 90.0),
            suspect(ComparisonSide::New, 0, "It lost 17.5 % of the time."),
            slow(1, 95.04),
            suspect(ComparisonSide::New, 1, "It lost 9 % of the time."),
            suspect(ComparisonSide::New, 2, "Hits were late."),
        ];
        assert_eq!(
            warning_texts(&warnings, RunNames::Places),
            [
                "base runs 1 and 2 and new run 3 are suspect: Hits were late.",
                "load \"read\": new runs 1 and 2 started only 90.0 % to 95.0 % of the hits due",
                "new runs 1 and 2 are suspect, for example new run 1: It lost 17.5 % of the time.",
            ]
        );
        let names = RunNames::Pair {
            base: "a.run",
            new: "this run",
        };
        assert_eq!(
            warning_texts(&warnings[..1], names),
            ["a.run is suspect: Hits were late."]
        );
    }
}
