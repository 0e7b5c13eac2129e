//! The next step if a comparison has no result.

use hammer_diagnostic::format_counted;

use super::comparison::Comparison;
use super::comparison_design::ComparisonDesign;
use super::comparison_outcome::ComparisonOutcome;

/// The next step if figures are undecided, as a sentence without a period.
pub(crate) fn next_step(comparison: &Comparison) -> Option<String> {
    if comparison.outcome != ComparisonOutcome::CannotTell {
        return None;
    }
    let whole_sides = comparison.unanswered.iter().filter(|it| it.load.is_none());
    if whole_sides.count() > 1 {
        return Some("check that the targets answer".to_owned());
    }
    Some(match (comparison.design, comparison.more_runs) {
        (ComparisonDesign::WithinRuns, _) => "give three runs of each side".to_owned(),
        (_, Some(runs)) => {
            let runs = format_counted(runs.into(), "more run");
            format!("about {runs} of each side would decide")
        }
        (_, None) => "repeat with longer runs, or choose a larger margin".to_owned(),
    })
}
