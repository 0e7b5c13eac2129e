//! The texts of warnings, of which those of several runs are one.

use super::run_names::RunNames;
use super::run_position::RunPosition;
use super::warning::{ComparabilityWarning, short_runs_text};
use crate::comparison::comparison::Comparison;

/// The maximum number of runs of both sides that a text lists. Of more, it gives their number.
const MAX_LISTED_RUNS: usize = 2;

/// The texts of the warnings of a comparison, with these names for the runs, in their order. A warning
/// about several runs is one text.
#[must_use]
pub fn warning_texts(comparison: &Comparison, names: RunNames<'_>) -> Vec<String> {
    let runs = comparison.base.len() + comparison.new.len();
    texts(&comparison.warnings, names, runs)
}

/// The texts of warnings about this number of runs.
fn texts(warnings: &[ComparabilityWarning], names: RunNames<'_>, all_runs: usize) -> Vec<String> {
    let is_shared = has_one_verdict(warnings);
    let mut groups: Vec<Vec<&ComparabilityWarning>> = vec![];
    for warning in warnings {
        let same = |group: &&mut Vec<_>| is_of_same_kind(group[0], warning, is_shared);
        match groups.iter_mut().find(same) {
            Some(group) => group.push(warning),
            None => groups.push(vec![warning]),
        }
    }
    let texts = groups.iter().map(|group| text(group, names, all_runs));
    texts.collect()
}

/// True if all suspect runs are for the same reason, but for its numbers.
fn has_one_verdict(warnings: &[ComparabilityWarning]) -> bool {
    let words = |verdict: &Option<String>| {
        let chars = verdict.iter().flat_map(|verdict| verdict.chars());
        let words = chars.filter(|char| !char.is_ascii_digit() && !",.".contains(*char));
        words.collect::<String>()
    };
    let verdicts = warnings.iter().filter_map(|warning| match warning {
        ComparabilityWarning::Suspect { verdict, .. } => Some(words(verdict)),
        _ => None,
    });
    let verdicts: Vec<String> = verdicts.collect();
    verdicts.windows(2).all(|pair| pair[0] == pair[1])
}

/// True if two warnings share a text: if they are the same of different runs. Suspect runs of both sides
/// do only if they have the same reason.
fn is_of_same_kind(
    one: &ComparabilityWarning,
    other: &ComparabilityWarning,
    is_shared: bool,
) -> bool {
    use ComparabilityWarning::{RateNotReached, ShortRun, Suspect};
    match (one, other) {
        (Suspect { run: one, .. }, Suspect { run: other, .. }) => {
            is_shared || one.side == other.side
        }
        (ShortRun { .. }, ShortRun { .. }) => true,
        (RateNotReached { load: one, .. }, RateNotReached { load: other, .. }) => one == other,
        _ => false,
    }
}

/// The text of warnings of the same kind.
fn text(group: &[&ComparabilityWarning], names: RunNames<'_>, all_runs: usize) -> String {
    let Some((first, [_, ..])) = group.split_first() else {
        return group[0].text(names);
    };
    let positions: Vec<RunPosition> = group.iter().filter_map(|it| run(it)).collect();
    let is_of_both = positions.iter().any(|it| it.side != positions[0].side);
    let runs = match (names, positions.len()) {
        (RunNames::Places, count) if is_of_both && count > MAX_LISTED_RUNS => {
            match count == all_runs {
                true => format!("all {count} runs"),
                false => format!("{count} of {all_runs} runs"),
            }
        }
        _ => names.runs(&positions),
    };
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
        ComparabilityWarning::ShortRun { .. } => short_runs_text(&runs, true),
        other => other.text(names),
    }
}

/// The run that a warning is about.
fn run(warning: &ComparabilityWarning) -> Option<RunPosition> {
    match warning {
        ComparabilityWarning::Suspect { run, .. }
        | ComparabilityWarning::ShortRun { run }
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
    use crate::comparability::run_position::ComparisonSide::{self, Base, New};

    fn suspect(side: ComparisonSide, index: usize, verdict: &str) -> ComparabilityWarning {
        ComparabilityWarning::Suspect {
            run: RunPosition { side, index },
            verdict: Some(verdict.to_owned()),
        }
    }

    /// Each reason of a verdict had a line of its own, before what makes runs hard to compare.
    #[test]
    fn warnings_about_several_runs_are_one_text() {
        let slow = |index, achieved_percent| ComparabilityWarning::RateNotReached {
            run: RunPosition { side: New, index },
            load: Some("read".to_owned()),
            achieved_percent,
        };
        let short = |side| ComparabilityWarning::ShortRun {
            run: RunPosition { side, index: 0 },
        };
        let warnings = [
            slow(0, 90.0),
            slow(1, 95.04),
            suspect(Base, 0, "It lost 17.5 % of the time."),
            suspect(Base, 1, "Hits were late."),
            suspect(New, 0, "Hits were late."),
            suspect(New, 1, "Hits were late."),
            suspect(New, 2, "Hits were late."),
            short(Base),
            short(New),
        ];
        assert_eq!(
            texts(&warnings, RunNames::Places, 6),
            [
                "load \"read\": new runs 1 and 2 started only 90.0 % to 95.0 % of the hits due",
                "base runs 1 and 2 are suspect, for example base run 1: It lost 17.5 % of the time.",
                "new runs 1 to 3 are suspect: Hits were late.",
                "base run 1 and new run 1 are too short for intervals of percentiles; the share of \
                 errors is judged by their few seconds",
            ]
        );
    }

    #[test]
    fn a_verdict_of_all_runs_is_written_once() {
        let all = [Base, New].map(|side| [0, 1].map(|index| suspect(side, index, "It was late.")));
        let all = all.concat();
        let pair = RunNames::Pair {
            base: "a.run",
            new: "this run",
        };
        for (warnings, names, runs, expected) in [
            (&all[..], RunNames::Places, 4, "all 4 runs are"),
            (&all[..3], RunNames::Places, 4, "3 of 4 runs are"),
            (&all[..2], RunNames::Places, 4, "base runs 1 and 2 are"),
            (&all[1..2], RunNames::Places, 4, "base run 2 is"),
            (&all[..1], pair, 2, "a.run is"),
        ] {
            let expected = format!("{expected} suspect: It was late.");
            assert_eq!(texts(warnings, names, runs), [expected]);
        }
        // Numbers may differ.
        let lost = [(Base, 17.5), (Base, 9.0), (New, 9.1)];
        let lost = lost.map(|(side, percent)| suspect(side, 0, &format!("It lost {percent} %.")));
        assert_eq!(
            texts(&lost, RunNames::Places, 4),
            ["3 of 4 runs are suspect, for example base run 1: It lost 17.5 %."]
        );
    }
}
