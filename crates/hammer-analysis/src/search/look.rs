//! A look: one run at one rate.

use serde::{Deserialize, Serialize};

/// The purpose of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookPurpose {
    /// Finds a rate that holds and one that fails, by doubling or halving.
    Bracket,
    /// Halves the range between them.
    Bisect,
    /// Looks at a rate again that failed near the bound, or that was void.
    Repeat,
    /// Looks at the candidate for long.
    Confirm,
}

/// The outcome of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookOutcome {
    /// All objectives held.
    Held,
    /// An objective failed.
    Failed,
    /// The verdict is invalid: the generator could not keep the rate.
    Void,
}
