//! Requested and achieved hits per second.

use serde::{Deserialize, Serialize};

/// Requested and achieved hits per second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateSummary {
    /// The requested rate, as a mean if it changed; null for a closed loop.
    pub requested: Option<f64>,
    /// Hits per second of the schedule, or of the time it took to start them if that was longer:
    /// hits that were started, or in a closed loop hits that were answered.
    pub achieved: f64,
}
