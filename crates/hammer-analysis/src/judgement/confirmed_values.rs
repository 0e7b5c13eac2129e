//! The correction of compared values for their number.

use super::compared_values::ComparedValues;
use super::overall_outcome::holds;
use crate::comparison::compare_options::CompareOptions;
use crate::statistics::holm::holm_adjusted;

/// True for each comparison whose outcome still holds after Holm's correction for the number of all of
/// them, such as the figures of a benchmark.
///
/// Without the correction, one of 20 figures that did not change is outside of its interval of 95 % by
/// chance.
#[must_use]
pub fn confirmed_values(compared: &[ComparedValues], options: &CompareOptions) -> Vec<bool> {
    let p_values: Vec<f64> = compared.iter().filter_map(|it| it.deciding_p).collect();
    let mut adjusted = holm_adjusted(&p_values).into_iter();
    let holds = |it: &ComparedValues| {
        let adjusted_p = it.deciding_p.and_then(|_| adjusted.next());
        holds(it.outcome, adjusted_p, options.confidence)
    };
    compared.iter().map(holds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::compared_figure::BetterDirection;
    use crate::comparison::comparison_design::ComparisonDesign;
    use crate::comparison::comparison_outcome::ComparisonOutcome::{self, CannotTell, Same, Worse};
    use crate::judgement::compared_values::compare_values;

    fn compare(new: &[f64]) -> ComparedValues {
        let (design, better) = (ComparisonDesign::Independent, BetterDirection::Lower);
        let base = [100.0, 101.0, 102.0];
        compare_values(&base, new, design, better, &CompareOptions::default())
    }

    /// Of 12 % more, p is 0.025 with this spread: enough alone and of two, but not of three.
    #[test]
    fn a_change_must_hold_among_all_figures() {
        let changed = [109.0, 113.0, 117.0];
        let unchanged = [99.5, 101.0, 102.5];
        let outcomes = |figures: &[&[f64]]| -> Vec<(ComparisonOutcome, bool)> {
            let compared: Vec<_> = figures.iter().map(|new| compare(new)).collect();
            let confirmed = confirmed_values(&compared, &CompareOptions::default());
            let outcomes = compared.iter().map(|it| it.outcome);
            outcomes.zip(confirmed).collect()
        };
        assert_eq!(outcomes(&[&changed]), [(Worse, true)]);
        assert_eq!(
            outcomes(&[&unchanged, &changed, &[]]),
            [(Same, true), (Worse, true), (CannotTell, false)]
        );
        let many = outcomes(&[&unchanged, &unchanged, &unchanged, &changed]);
        assert_eq!(many[3], (Worse, false));
    }
}
