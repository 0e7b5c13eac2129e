//! The answer of a search.

use serde::{Deserialize, Serialize};

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapacityStatus {
    /// The rate was confirmed. A higher one failed, unless the budget was used up before.
    Confirmed,
    /// The highest rate allowed was confirmed. The target may hold more.
    AtLeast,
    /// The generator could not send more than the rate. The target may hold more.
    GeneratorLimited,
    /// No look held, down to the lowest rate that can be looked at.
    NeverHeld,
    /// No rate was confirmed: the budget was used up, the search was stopped, or no confirmation held.
    NotConfirmed,
}

/// The highest rate that holds, as far as a search knows it. Rates are in hits per second, and each of
/// them was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// The kind of the answer.
    pub status: CapacityStatus,
    /// The rate that was confirmed.
    pub rate: Option<f64>,
    /// The lowest rate that failed.
    pub lowest_failed: Option<f64>,
    /// The highest rate below the lowest that failed at which a look held, confirmed or not. It is not an
    /// answer.
    pub highest_held: Option<f64>,
    /// True if the rate and the lowest that failed are as close to each other as was asked.
    pub is_within: bool,
    /// The length of the confirmation, in seconds.
    pub confirmed_s: Option<f64>,
    /// The mean distance, in seconds, of events that the confirmation could have missed: see
    /// [`unseen_interval_s`](crate::unseen_interval_s).
    pub unseen_s: Option<f64>,
    /// The time that all looks took, in seconds.
    pub elapsed_s: f64,
}
