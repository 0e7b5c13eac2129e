//! The comparison of one value of each run.

use super::change_scale::MarginScale;
use super::several_runs::compare_several_runs;
use crate::comparison::compare_options::CompareOptions;
use crate::comparison::compared_figure::BetterDirection;
use crate::comparison::comparison_design::ComparisonDesign;
use crate::comparison::comparison_outcome::{ComparisonOutcome, UndecidedReason};
use crate::comparison::figure_change::FigureChange;
use crate::comparison::figure_comparison::RankTest;
use crate::figures::run_figures::MeasuredFigure;
use crate::figures::value_precision::ValuePrecision;

/// The comparison of one value of each run. Its fields are those of
/// [`FigureComparison`](crate::FigureComparison).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ComparedValues {
    /// The value of the base: the geometric mean of its runs, or the mean of shares.
    pub base: Option<f64>,
    /// The value of the new side.
    pub new: Option<f64>,
    /// The change.
    pub change: Option<FigureChange>,
    /// The outcome.
    pub outcome: ComparisonOutcome,
    /// The reason if nothing was decided.
    pub undecided: Option<UndecidedReason>,
    /// The p value of no change.
    pub p: Option<f64>,
    /// The p value of the outcome: that of no change, or within few runs that of a change of no more
    /// than the margin.
    pub(crate) deciding_p: Option<f64>,
    /// The comparison by ranks.
    pub ranks: Option<RankTest>,
    /// About as many more runs of each side as would decide.
    pub more_runs: Option<u32>,
}

impl ComparedValues {
    /// The comparison of values that cannot be compared.
    pub(crate) fn undecided(base: Option<f64>, new: Option<f64>, reason: UndecidedReason) -> Self {
        Self {
            base,
            new,
            change: None,
            outcome: ComparisonOutcome::CannotTell,
            undecided: Some(reason),
            p: None,
            deciding_p: None,
            ranks: None,
            more_runs: None,
        }
    }
}

/// Compares a positive value of each run, such as hits per second of the rounds of a benchmark, by
/// ratios.
///
/// In a [paired](ComparisonDesign::Paired) design, value *k* of one side belongs to value *k* of the
/// other. Any other design compares independent runs. With fewer than three values of a side, nothing
/// is decided. Values have three digits: equal ones are not taken as exact.
#[must_use]
pub fn compare_values(
    base: &[f64],
    new: &[f64],
    design: ComparisonDesign,
    better: BetterDirection,
    options: &CompareOptions,
) -> ComparedValues {
    let scale = MarginScale::relative(options.margin);
    let figures = |values: &[f64]| -> Vec<MeasuredFigure> {
        let values = values.iter();
        let figures = values.map(|it| MeasuredFigure::one_value(*it, ValuePrecision::THREE_DIGITS));
        figures.collect()
    };
    let (base, new) = (figures(base), figures(new));
    compare_several_runs(&base, &new, design, better, scale, options.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(base: &[f64], new: &[f64], design: ComparisonDesign) -> ComparedValues {
        let options = CompareOptions::default();
        compare_values(base, new, design, BetterDirection::Lower, &options)
    }

    fn change_text(found: &ComparedValues) -> String {
        found.change.expect("a change").to_string()
    }

    /// The worked numbers of `docs/COMPARING.md`.
    #[test]
    fn three_and_three_runs_are_compared_as_in_the_docs() {
        let base = [101.0, 99.0, 100.0];
        let found = compare(&base, &[111.0, 109.0, 110.0], ComparisonDesign::Independent);
        assert_eq!(change_text(&found), "+10.0 % (+7.6 % to +12.4 %)");
        assert_eq!(found.outcome, ComparisonOutcome::Worse);
        assert!((found.ranks.expect("ranks").p - 0.1).abs() < 1e-9);

        let found = compare(&base, &[101.5, 100.5, 99.5], ComparisonDesign::Independent);
        assert_eq!(found.outcome, ComparisonOutcome::Same, "{found:?}");
        assert_eq!(change_text(&found), "+0.5 % (-1.7 % to +2.8 %)");

        let found = compare(&base, &[120.0, 95.0, 115.0], ComparisonDesign::Independent);
        assert_eq!(found.outcome, ComparisonOutcome::CannotTell);
        assert_eq!(found.undecided, Some(UndecidedReason::Uncertain));
        assert_eq!(change_text(&found), "+9.4 % (-19.4 % to +48.7 %)");
        assert!(found.more_runs.is_some_and(|more| more > 3), "{found:?}");
    }

    /// Runs that differ by a third from round to round, and by 10 % within each.
    #[test]
    fn pairs_find_what_independent_runs_hide() {
        let base = [100.0, 130.0, 90.0];
        let new = [110.0, 144.0, 98.5];
        let found = compare(&base, &new, ComparisonDesign::Paired);
        assert_eq!(found.outcome, ComparisonOutcome::Worse, "{found:?}");
        assert_eq!(change_text(&found), "+10.1 % (+8.4 % to +11.7 %)");
        let found = compare(&base, &new, ComparisonDesign::Independent);
        assert_eq!(found.outcome, ComparisonOutcome::CannotTell, "{found:?}");
        assert_eq!(change_text(&found), "+10.1 % (-28.8 % to +70.3 %)");
    }

    #[test]
    fn values_that_have_no_logarithm_are_not_compared() {
        for (base, new, reason) in [
            (
                &[0.0, 1.0, 1.0][..],
                &[1.0; 3][..],
                UndecidedReason::NotMeasured,
            ),
            (
                &[1.0; 3],
                &[1.0, f64::NAN, 1.0],
                UndecidedReason::NotMeasured,
            ),
            (&[], &[1.0; 3], UndecidedReason::NotMeasured),
            (&[1.0; 2], &[1.0; 3], UndecidedReason::OneValuePerRun),
            (
                &[f64::INFINITY; 3],
                &[f64::INFINITY; 3],
                UndecidedReason::Unanswered,
            ),
        ] {
            let found = compare(base, new, ComparisonDesign::Independent);
            assert_eq!(
                found.outcome,
                ComparisonOutcome::CannotTell,
                "{base:?} {new:?}"
            );
            assert_eq!(found.undecided, Some(reason), "{base:?} {new:?}");
        }
    }

    /// Values that were equal by chance, or because they are rounded, made any change certain.
    #[test]
    fn equal_values_are_not_exact() {
        let found = compare(&[100.0; 3], &[110.0; 3], ComparisonDesign::Independent);
        assert_eq!(found.outcome, ComparisonOutcome::Worse, "{found:?}");
        assert!(found.p.is_some_and(|p| p > 1e-12), "{found:?}");
        assert_eq!(change_text(&found), "+10.0 % (+9.9 % to +10.1 %)");
        for design in [ComparisonDesign::Independent, ComparisonDesign::Paired] {
            let found = compare(&[100.0; 3], &[100.0; 3], design);
            assert_eq!(found.outcome, ComparisonOutcome::Same, "{found:?}");
            let interval = found.change.and_then(|it| it.interval);
            assert!(interval.is_some_and(|it| it.low < 0.0 && it.high > 0.0));
        }
    }

    /// Infinite values without a share of hits can be compared by ranks only.
    #[test]
    fn infinite_values_are_compared_by_ranks() {
        let base = [100.0, 101.0, 102.0, 103.0];
        let new = [f64::INFINITY; 4];
        let found = compare(&base, &new, ComparisonDesign::Independent);
        assert_eq!(found.outcome, ComparisonOutcome::Worse, "{found:?}");
        assert_eq!(found.new, Some(f64::INFINITY));
        assert_eq!(found.change.expect("a change").to_string(), "+∞");
        let found = compare(&base[..3], &new[..3], ComparisonDesign::Independent);
        assert_eq!(
            found.undecided,
            Some(UndecidedReason::Unanswered),
            "{found:?}"
        );
        let found = compare(&new, &base, ComparisonDesign::Independent);
        assert_eq!(found.outcome, ComparisonOutcome::Better, "{found:?}");
        let mixed = [100.0, 101.0, 102.0, f64::INFINITY];
        let found = compare(&base, &mixed, ComparisonDesign::Paired);
        assert_eq!(
            found.undecided,
            Some(UndecidedReason::Unanswered),
            "{found:?}"
        );
    }
}
