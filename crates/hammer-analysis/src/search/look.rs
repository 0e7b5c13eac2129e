//! A look: one run at one rate.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The purpose of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookPurpose {
    /// Finds a rate that holds and one that fails.
    Bracket,
    /// Halves the distance between them.
    Bisect,
    /// Repeats a look that failed near the bound, or one in which the generator could not keep up.
    Repeat,
    /// Confirms a rate in a long look.
    Confirm,
    /// Measures a level of the curve after the search.
    Curve,
    /// Measures the recovery from an overload after the search.
    Recovery,
}

/// The look that a search needs next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlannedLook {
    /// Hits per second.
    pub rate: f64,
    /// The measured length, without settling.
    pub length: Duration,
    /// The purpose of the look.
    pub purpose: LookPurpose,
    /// The pause before it. The first look has none.
    pub rest: Duration,
}

/// The outcome of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookOutcome {
    /// All objectives held.
    Held,
    /// An objective failed.
    Failed,
    /// The generator could not send the load, so the look shows nothing about the target.
    Void,
}

/// A look that has ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FinishedLook {
    /// The rate as it was planned.
    pub rate: f64,
    /// The measured length, which is shorter than planned if the look ended early.
    pub length: Duration,
    /// The planned length.
    pub planned: Duration,
    /// The purpose as it was planned.
    pub purpose: LookPurpose,
    /// The outcome.
    pub outcome: LookOutcome,
    /// The time that it took, with rest, settling and the wait for the last answers.
    pub took: Duration,
    /// False if the first second after the rest was slower than the highest level that held: then the
    /// target had not recovered from the look before.
    pub has_recovered: bool,
}
