//! The answer of a search.

use serde::{Deserialize, Serialize};

/// The answer of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// The kind of the answer.
    pub status: CapacityStatus,
    /// The rate, in hits per second, that was confirmed, or the highest that held with a status of at
    /// least. `None` without an answer.
    pub rate: Option<f64>,
    /// The lowest rate that failed, in hits per second.
    pub lowest_failed: Option<f64>,
    /// The length of the confirmation, in seconds.
    pub confirmed_s: Option<f64>,
    /// Events that are rarer than one in as many seconds may have been missed, with a confidence of
    /// 95 %.
    pub unseen_s: Option<f64>,
}

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapacityStatus {
    /// The rate held in a confirmation.
    Confirmed,
    /// The highest rate allowed held in a confirmation.
    AtLeast,
    /// The generator could not keep a higher rate.
    GeneratorLimited,
    /// Not even the lowest rate held.
    NeverHeld,
    /// No rate was confirmed before the budget was used up or the search was stopped.
    NotConfirmed,
}
