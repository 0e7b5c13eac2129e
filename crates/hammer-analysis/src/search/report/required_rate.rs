//! The rate that an answer must reach.

use serde::{Deserialize, Serialize};

/// The rate that the user asked the answer to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RequiredRate {
    /// The rate, in hits per second.
    pub rate: f64,
    /// True if the answer reaches it; false without an answer.
    pub is_met: bool,
}
