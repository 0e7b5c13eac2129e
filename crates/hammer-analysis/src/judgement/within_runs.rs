//! Compares sides with fewer than three runs, by what varied within the runs.

use super::change_scale::MarginScale;
use super::compared_values::ComparedValues;
use super::direction::ChangeDirection;
use super::unanswered_hits::infinite_within_runs_p;
use crate::comparison::compared_figure::BetterDirection;
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::figures::run_figures::MeasuredFigure;
use crate::statistics::estimate::Estimate;
use crate::statistics::mover::mover_difference;
use crate::statistics::student::{normal_quantile, normal_two_sided_p};

/// Compares a figure of each run, of which each has an interval.
///
/// A percentile that is surely infinite on one side only needs no interval: the shares of hits without
/// an answer decide.
///
/// Several runs of a side count as one, with their mean, and an interval that contains all of theirs.
pub(crate) fn compare_within_runs(
    base: &[MeasuredFigure],
    new: &[MeasuredFigure],
    better: BetterDirection,
    scale: MarginScale,
    confidence: f64,
) -> ComparedValues {
    let (base_value, new_value) = (side_value(base, scale), side_value(new, scale));
    let undecided = |reason| ComparedValues::undecided(base_value, new_value, reason);
    let (Some(base_value), Some(new_value)) = (base_value, new_value) else {
        return undecided(UndecidedReason::NotMeasured);
    };
    let change = |difference| Some(scale.change_without_interval(difference));
    let places = (scale.place(base_value), scale.place(new_value));
    let (Some(base_place), Some(new_place)) = places else {
        return undecided(UndecidedReason::NotMeasured);
    };
    if base_value.is_infinite() && new_value.is_infinite() {
        return undecided(UndecidedReason::Unanswered);
    }
    if let Some(p) = infinite_within_runs_p(base, new, confidence) {
        let direction = match new_value.is_infinite() {
            true => ChangeDirection::Up,
            false => ChangeDirection::Down,
        };
        return ComparedValues {
            change: change(new_place - base_place),
            outcome: direction.outcome(better),
            undecided: None,
            p: Some(p),
            deciding_p: Some(p),
            ..undecided(UndecidedReason::Unanswered)
        };
    }
    let (base, new) = match (side_estimate(base, scale), side_estimate(new, scale)) {
        (Ok(base), Ok(new)) => (base, new),
        (Err(reason), _) | (_, Err(reason)) => {
            return ComparedValues {
                change: change(new_place - base_place),
                ..undecided(reason)
            };
        }
    };
    let difference = mover_difference(base, new);
    let direction = ChangeDirection::within_runs(difference, scale);
    let is_unknown = direction == ChangeDirection::Unknown;
    let is_finite = difference.value.is_finite();
    ComparedValues {
        change: Some(scale.change(difference)),
        outcome: direction.outcome(better),
        undecided: is_unknown.then_some(if is_finite {
            UndecidedReason::Uncertain
        } else {
            UndecidedReason::Unanswered
        }),
        p: Some(p_beyond(difference, 0.0, 0.0, confidence)),
        deciding_p: {
            let (fall, rise) = scale.margins();
            Some(p_beyond(difference, fall, rise, confidence))
        },
        ..undecided(UndecidedReason::Uncertain)
    }
}

/// The mean of the values of a side, as on the scale.
fn side_value(runs: &[MeasuredFigure], scale: MarginScale) -> Option<f64> {
    let places = runs.iter().map(|run| scale.place(run.value?));
    let places: Vec<f64> = places.collect::<Option<_>>()?;
    let sum: f64 = places.iter().sum();
    (!places.is_empty()).then(|| scale.value(sum / places.len() as f64))
}

/// The mean of a side on the scale, with the hull of the intervals of its runs.
pub(super) fn side_estimate(
    runs: &[MeasuredFigure],
    scale: MarginScale,
) -> Result<Estimate, UndecidedReason> {
    let value = side_value(runs, scale).and_then(|value| scale.place(value));
    let mut hull = Estimate {
        value: value.ok_or(UndecidedReason::NotMeasured)?,
        low: f64::INFINITY,
        high: f64::NEG_INFINITY,
    };
    for run in runs {
        let (low, high) = run.interval?;
        let place = |value| scale.place(value).unwrap_or(f64::NEG_INFINITY);
        hull.low = hull.low.min(place(low));
        hull.high = hull.high.max(place(high));
    }
    Ok(hull)
}

/// The p value of a change beyond the limits, as the interval has it: it is 1 − confidence if an end
/// of the interval is at the limit.
pub(super) fn p_beyond(change: Estimate, fall: f64, rise: f64, confidence: f64) -> f64 {
    let (distance, end) = if change.value > rise {
        (change.value - rise, change.value - change.low)
    } else if change.value < fall {
        (fall - change.value, change.high - change.value)
    } else {
        return 1.0;
    };
    if distance.is_infinite() || end <= 0.0 {
        // All that is known is the near end of the interval.
        let is_beyond = change.low > rise || change.high < fall;
        return if is_beyond { 1.0 - confidence } else { 1.0 };
    }
    normal_two_sided_p(distance / end * normal_quantile(f64::midpoint(1.0, confidence)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::comparison_outcome::ComparisonOutcome::{self, *};
    use crate::figures::value_precision::ValuePrecision;

    fn compare(base: &[MeasuredFigure], new: &[MeasuredFigure]) -> ComparedValues {
        let scale = MarginScale::relative(0.05);
        compare_within_runs(base, new, BetterDirection::Lower, scale, 0.95)
    }

    fn measured(value: f64, low: f64, high: f64) -> MeasuredFigure {
        MeasuredFigure {
            interval: Ok((low, high)),
            ..MeasuredFigure::one_value(value, ValuePrecision::THREE_DIGITS)
        }
    }

    /// The worked numbers of `docs/COMPARING.md`: 100 ms (95 to 106) and 120 ms (113 to 128).
    #[test]
    fn one_and_one_run_are_compared_as_in_the_docs() {
        let base = [measured(100.0, 95.0, 106.0)];
        let found = compare(&base, &[measured(120.0, 113.0, 128.0)]);
        let change = found.change.expect("a change").to_string();
        assert_eq!(change, "+20.0 % (+10.4 % to +30.3 %)");
        assert_eq!(found.outcome, Worse);
        assert!(
            found
                .deciding_p
                .is_some_and(|p| p < 0.05 && p > found.p.unwrap_or(1.0))
        );
    }

    #[test]
    fn a_side_of_two_runs_has_the_hull_of_their_intervals() {
        let base = [measured(100.0, 98.0, 102.0)];
        for (new, outcome) in [
            (&[measured(120.0, 118.0, 122.0)][..], Worse),
            (
                &[measured(120.0, 118.0, 122.0), measured(104.0, 103.0, 105.0)],
                CannotTell,
            ),
            (&[measured(101.0, 99.0, 103.0)], Same),
            (
                &[measured(80.0, 79.0, 81.0), measured(82.0, 81.0, 83.0)],
                Better,
            ),
        ] {
            let found = compare(&base, new);
            assert_eq!(found.outcome, outcome, "{new:?}: {found:?}");
            assert_eq!(found.undecided.is_some(), outcome == CannotTell);
        }
    }

    #[test]
    fn figures_without_an_interval_are_shown_and_not_judged() {
        let base = [measured(100.0, 98.0, 102.0)];
        let new = MeasuredFigure {
            interval: Err(UndecidedReason::TooFewSlices),
            ..measured(200.0, 0.0, 0.0)
        };
        let found = compare(&base, &[new]);
        assert_eq!(found.outcome, CannotTell);
        assert_eq!(found.undecided, Some(UndecidedReason::TooFewSlices));
        assert_eq!(found.change.expect("a change").to_string(), "+100.0 %");
        assert_eq!(found.p, None);
    }

    /// The percentile of the new run falls among hits without an answer.
    #[test]
    fn infinite_values_are_worse_only_if_the_interval_is_beyond_the_margin() {
        let infinite = f64::INFINITY;
        let base = [measured(100.0, 98.0, 102.0)];
        let of = |low| compare(&base, &[measured(infinite, low, infinite)]);
        let outcomes: Vec<ComparisonOutcome> =
            [infinite, 500.0, 103.0].map(|low| of(low).outcome).into();
        assert_eq!(outcomes, [Worse, Worse, CannotTell]);
        assert_eq!(of(103.0).undecided, Some(UndecidedReason::Unanswered));
        let both = [measured(infinite, 500.0, infinite)];
        let found = compare(&both, &both);
        assert_eq!(found.undecided, Some(UndecidedReason::Unanswered));
        assert_eq!(found.change, None);
    }
}
