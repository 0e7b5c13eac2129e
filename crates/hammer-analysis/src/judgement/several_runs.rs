//! Compares one value of each of at least three runs of each side.

use super::change_scale::MarginScale;
use super::compared_values::ComparedValues;
use super::direction::ChangeDirection;
use super::least_variance::least_variances;
use super::unanswered_hits::{infinite_side, unanswered_shares};
use crate::comparison::compared_figure::BetterDirection;
use crate::comparison::comparison_design::ComparisonDesign;
use crate::comparison::comparison_outcome::{ComparisonOutcome, UndecidedReason};
use crate::comparison::figure_change::{ChangeInterval, FigureChange};
use crate::comparison::figure_comparison::RankTest;
use crate::figures::run_figures::MeasuredFigure;
use crate::statistics::estimate::Estimate;
use crate::statistics::hodges_lehmann::{
    hodges_lehmann_center, hodges_lehmann_shift, moses_interval,
};
use crate::statistics::mean_difference::MeanDifference;
use crate::statistics::run_spread::RunSpread;
use crate::statistics::signed_ranks::signed_rank_p;
use crate::statistics::two_sample_ranks::mann_whitney_p;

/// The least number of runs of each side for a comparison of one value of each run. With fewer, what
/// varied within the runs is compared.
pub const MIN_RUNS: usize = 3;
/// The least number of runs of each side for an interval by ranks.
const MIN_RUNS_OF_RANK_INTERVAL: usize = 5;

/// The values of the runs on a scale.
struct PlacedRuns {
    base: Vec<f64>,
    new: Vec<f64>,
    /// The variances that the values of each side have at least.
    least_variances: [f64; 2],
    is_paired: bool,
    scale: MarginScale,
    confidence: f64,
}

/// Compares a value of each run.
pub(crate) fn compare_several_runs(
    base_runs: &[MeasuredFigure],
    new_runs: &[MeasuredFigure],
    design: ComparisonDesign,
    better: BetterDirection,
    scale: MarginScale,
    confidence: f64,
) -> ComparedValues {
    let is_paired = design == ComparisonDesign::Paired;
    let Some(runs) = PlacedRuns::new(base_runs, new_runs, is_paired, scale, confidence) else {
        return ComparedValues::undecided(None, None, UndecidedReason::NotMeasured);
    };
    let (base, new) = (runs.mean_value(&runs.base), runs.mean_value(&runs.new));
    let undecided = |reason| ComparedValues::undecided(Some(base), Some(new), reason);
    if runs.base.len().min(runs.new.len()) < MIN_RUNS {
        return undecided(UndecidedReason::OneValuePerRun);
    }
    match (base.is_infinite(), new.is_infinite()) {
        (true, true) => undecided(UndecidedReason::Unanswered),
        (false, false) => match runs.mean_difference() {
            Some(difference) => runs.compare_means(difference, better, base, new),
            None => undecided(UndecidedReason::NotMeasured),
        },
        (_, is_up) => {
            let p = unanswered_p(base_runs, new_runs, is_paired, confidence);
            let p = p.unwrap_or_else(|| runs.rank_p());
            runs.compare_infinite(is_up, p, better, base, new)
        }
    }
}

/// The p value of the same share of hits without an answer on both sides, if they make a percentile
/// infinite on one of them only.
///
/// That percentile differs by any margin. What remains is whether the shares do.
fn unanswered_p(
    base: &[MeasuredFigure],
    new: &[MeasuredFigure],
    is_paired: bool,
    confidence: f64,
) -> Option<f64> {
    infinite_side(base, new)?;
    let unknown = |_| Err(UndecidedReason::OneValuePerRun);
    let (base, new) = (
        unanswered_shares(base, unknown)?,
        unanswered_shares(new, unknown)?,
    );
    let scale = MarginScale::percentage_points(0.0);
    let runs = PlacedRuns::new(&base, &new, is_paired, scale, confidence)?;
    Some(runs.mean_difference()?.p())
}

impl PlacedRuns {
    /// `None` if a side is empty, or a value was not measured or has no place on the scale.
    fn new(
        base: &[MeasuredFigure],
        new: &[MeasuredFigure],
        is_paired: bool,
        scale: MarginScale,
        confidence: f64,
    ) -> Option<Self> {
        let places = |side: &[MeasuredFigure]| -> Option<Vec<f64>> {
            let places = side.iter().map(|run| scale.place(run.value?));
            places
                .collect::<Option<Vec<_>>>()
                .filter(|it| !it.is_empty())
        };
        Some(Self {
            base: places(base)?,
            new: places(new)?,
            least_variances: least_variances(base, new),
            is_paired: is_paired && base.len() == new.len(),
            scale,
            confidence,
        })
    }

    fn mean_value(&self, places: &[f64]) -> f64 {
        let sum: f64 = places.iter().sum();
        self.scale.value(sum / places.len() as f64)
    }

    /// The changes of the pairs on the scale.
    fn differences(&self) -> Vec<f64> {
        let pairs = self.new.iter().zip(&self.base);
        pairs.map(|(new, base)| new - base).collect()
    }

    fn mean_difference(&self) -> Option<MeanDifference> {
        if self.is_paired {
            MeanDifference::paired(&self.differences(), self.least_variances.iter().sum())
        } else {
            MeanDifference::welch(&self.base, &self.new, self.least_variances)
        }
    }

    fn compare_means(
        &self,
        difference: MeanDifference,
        better: BetterDirection,
        base: f64,
        new: f64,
    ) -> ComparedValues {
        let estimate = difference.estimate(self.confidence);
        let direction = ChangeDirection::between_runs(estimate, self.scale);
        let is_unknown = direction == ChangeDirection::Unknown;
        let p = Some(difference.p());
        ComparedValues {
            base: Some(base),
            new: Some(new),
            change: Some(self.scale.change(estimate)),
            outcome: direction.outcome(better),
            undecided: is_unknown.then_some(UndecidedReason::Uncertain),
            p,
            deciding_p: p,
            ranks: self.rank_test(),
            more_runs: is_unknown.then(|| self.more_runs(difference)).flatten(),
        }
    }

    /// Compares by the p value alone, if only one side is infinite: in it, a percentile falls among hits
    /// without an answer.
    fn compare_infinite(
        &self,
        is_up: bool,
        p: f64,
        better: BetterDirection,
        base: f64,
        new: f64,
    ) -> ComparedValues {
        let direction = match is_up {
            _ if p > 1.0 - self.confidence => ChangeDirection::Unknown,
            true => ChangeDirection::Up,
            false => ChangeDirection::Down,
        };
        let outcome = direction.outcome(better);
        let is_unknown = outcome == ComparisonOutcome::CannotTell;
        let infinite = if is_up {
            f64::INFINITY
        } else {
            f64::NEG_INFINITY
        };
        ComparedValues {
            change: Some(self.scale.change_without_interval(infinite)),
            outcome,
            undecided: is_unknown.then_some(UndecidedReason::Unanswered),
            p: Some(p),
            deciding_p: Some(p),
            ..ComparedValues::undecided(Some(base), Some(new), UndecidedReason::Unanswered)
        }
    }

    /// The p value by ranks.
    fn rank_p(&self) -> f64 {
        if self.is_paired {
            let pairs = self.new.iter().zip(&self.base);
            // Two infinite values of a pair are the same.
            let differences = pairs.map(|(new, base)| if new == base { 0.0 } else { new - base });
            signed_rank_p(&differences.collect::<Vec<_>>())
        } else {
            mann_whitney_p(&self.base, &self.new)
        }
    }

    fn rank_test(&self) -> Option<RankTest> {
        let change = if self.is_paired {
            let center = hodges_lehmann_center(&self.differences())?;
            self.scale.change_without_interval(center)
        } else {
            self.rank_change()?
        };
        Some(RankTest {
            change,
            p: self.rank_p(),
        })
    }

    fn rank_change(&self) -> Option<FigureChange> {
        let value = hodges_lehmann_shift(&self.base, &self.new)?;
        let interval = (self.base.len().min(self.new.len()) >= MIN_RUNS_OF_RANK_INTERVAL)
            .then(|| moses_interval(&self.base, &self.new, self.confidence))
            .flatten();
        let change = self.scale.change_without_interval(value);
        Some(FigureChange {
            interval: interval.and_then(|(low, high)| -> Option<ChangeInterval> {
                self.scale.change(Estimate { value, low, high }).interval
            }),
            ..change
        })
    }

    /// About as many more runs as would take the interval away from 0, if the change is beyond the
    /// margin, or from the nearest margin.
    fn more_runs(&self, difference: MeanDifference) -> Option<u32> {
        let (fall, rise) = self.scale.margins();
        let value = difference.difference;
        let distance = if value > rise || value < fall {
            value.abs()
        } else {
            (rise - value).min(value - fall)
        };
        let runs = self.base.len().min(self.new.len());
        let spread = RunSpread {
            variance: difference.standard_error.powi(2) * self.runs_per_side(),
            degrees_per_run: if self.is_paired { 1.0 } else { 2.0 },
        };
        spread.more_runs(runs, distance, self.confidence)
    }

    /// The number of runs of each side, as their harmonic mean if it differs.
    fn runs_per_side(&self) -> f64 {
        let (base, new) = (self.base.len() as f64, self.new.len() as f64);
        2.0 / (1.0 / base + 1.0 / new)
    }
}
