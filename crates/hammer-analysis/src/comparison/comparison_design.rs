//! The relation of the runs of the two sides.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The relation of the runs of the two sides, which decides the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonDesign {
    /// Fewer than three runs of a side. Intervals include the variation within the runs, and not the
    /// differences between runs.
    WithinRuns,
    /// At least three runs of each side, in any order.
    Independent,
    /// At least three runs of each side, each compared with its neighbor of the other side.
    Paired,
}

impl fmt::Display for ComparisonDesign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WithinRuns => "within these runs",
            Self::Independent => "independent runs",
            Self::Paired => "paired runs",
        })
    }
}
