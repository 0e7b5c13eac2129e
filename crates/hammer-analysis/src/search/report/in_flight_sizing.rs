//! The number of hits that can be in flight.

use serde::{Deserialize, Serialize};

/// The rule by which the limit of hits in flight was set. [`LookReport`](crate::LookReport) has the
/// limit of each look.
///
/// The limit by Little's law is rate × latency × factor (Little, Operations Research 9, 383, 1961).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct InFlightSizing {
    /// True if the user gave the limit, which is then the same at every rate.
    pub is_given: bool,
    /// The latency that the limit makes room for, in seconds; `None` if the limit was given.
    pub latency_s: Option<f64>,
    /// The factor on top; `None` if the limit was given.
    pub factor: Option<f64>,
}
