//! A run by its place among those that are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComparisonSide {
    /// The runs to compare with.
    Base,
    /// The runs that are judged.
    New,
}

impl fmt::Display for ComparisonSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Base => "base",
            Self::New => "new",
        })
    }
}

/// A run by its place among those that are compared. It is written as `base run 2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunPosition {
    /// Its side.
    pub side: ComparisonSide,
    /// Its index, from 0, in the order in which the runs of the side were given.
    pub index: usize,
}

impl fmt::Display for RunPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} run {}", self.side, self.index + 1)
    }
}
