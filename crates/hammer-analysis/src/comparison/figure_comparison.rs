//! The comparison of one figure.

use serde::{Deserialize, Serialize};

use super::compared_figure::{BetterDirection, ComparedFigure, ComparedUnit};
use super::comparison_outcome::{ComparisonOutcome, UndecidedReason};
use super::figure_change::FigureChange;
use super::figure_scope::FigureScope;
use crate::extended_number::{list, optional};

/// The comparison of one figure of the run or of a part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FigureComparison {
    /// The part of the run.
    #[serde(flatten)]
    pub scope: FigureScope,
    /// The figure.
    pub figure: ComparedFigure,
    /// The unit of the values.
    pub unit: ComparedUnit,
    /// The direction of better values.
    pub better: BetterDirection,
    /// True if the figure counts towards the outcome of the whole comparison.
    pub decides: bool,
    /// The value of the base, infinite if the percentile falls among hits without an answer; `None`
    /// if it was not measured. Of several runs, it is the geometric mean; of errors, the mean.
    #[serde(with = "optional")]
    pub base: Option<f64>,
    /// The value of the new side, in the same way.
    #[serde(with = "optional")]
    pub new: Option<f64>,
    /// The value of each run of the base, in the order of the runs of the comparison.
    #[serde(with = "list")]
    pub base_runs: Vec<Option<f64>>,
    /// The value of each run of the new side.
    #[serde(with = "list")]
    pub new_runs: Vec<Option<f64>>,
    /// The change, or `None` if a value is missing, or both are infinite, or the base is 0.
    pub change: Option<FigureChange>,
    /// The outcome of this figure alone.
    pub outcome: ComparisonOutcome,
    /// True if the outcome holds after the correction for the number of figures, so that it counts
    /// towards the outcome of the whole comparison.
    pub confirmed: bool,
    /// The reason of an outcome of [`CannotTell`](ComparisonOutcome::CannotTell).
    pub undecided: Option<UndecidedReason>,
    /// The probability of a change as large as this one or larger, in either direction, if there were
    /// none; `None` without an interval. An infinite change has one without an interval: that of the shares
    /// of hits without an answer.
    pub p: Option<f64>,
    /// The probability that confirms the outcome, after Holm's correction for the number of deciding
    /// figures: `p` corrected, or with fewer than three runs of a side, that of a change of no more than
    /// the margin. `None` for figures that do not decide, or without an interval.
    pub adjusted_p: Option<f64>,
    /// The comparison by ranks, which makes no assumption about the distribution of the values of
    /// runs; `None` with fewer than three runs of a side.
    pub ranks: Option<RankTest>,
    /// About as many more runs of each side as would decide the figure; `None` if it is decided, or if
    /// not even a hundred would.
    pub more_runs: Option<u32>,
}

/// A comparison by ranks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RankTest {
    /// The change by Hodges and Lehmann, with Moses' interval if there are at least five runs of each
    /// side. For pairs, it is of their changes, without an interval.
    pub change: FigureChange,
    /// The p value of the exact test of Mann and Whitney; for pairs, of Wilcoxon's signed ranks.
    pub p: f64,
}
