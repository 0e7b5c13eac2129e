//! The outcome of a comparison.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The outcome of a comparison of one figure, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonOutcome {
    /// The new side is better, by more than the margin.
    Better,
    /// The new side is worse, by more than the margin.
    Worse,
    /// The two sides differ by less than the margin, with the same confidence as the others.
    Same,
    /// The runs do not suffice for any of the others.
    CannotTell,
}

impl fmt::Display for ComparisonOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Same => "same",
            Self::CannotTell => "cannot tell",
        })
    }
}

/// The reason of an outcome of [`CannotTell`](ComparisonOutcome::CannotTell).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UndecidedReason {
    /// The interval is too wide, or crosses the margin.
    Uncertain,
    /// The figure was not measured on both sides.
    NotMeasured,
    /// On one side or both, the percentile falls among hits without an answer.
    Unanswered,
    /// No hit was answered on either side.
    NoAnswer,
    /// Fewer than ten independent hits lie beyond the percentile.
    TooFewHits,
    /// Runs were too short to show how much the figure varies within them.
    TooFewSlices,
    /// A run has one value of the figure, and there are fewer than three runs of a side.
    OneValuePerRun,
}

impl fmt::Display for UndecidedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Uncertain => "the interval is too wide",
            Self::NotMeasured => "not measured on both sides",
            Self::Unanswered => "falls among hits without an answer",
            Self::NoAnswer => "no hit was answered",
            Self::TooFewHits => "too few hits beyond it",
            Self::TooFewSlices => "runs are too short",
            Self::OneValuePerRun => "needs three runs of each",
        })
    }
}
