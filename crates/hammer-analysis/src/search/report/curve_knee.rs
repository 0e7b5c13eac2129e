//! The knee of the latency over the rate.

use serde::{Deserialize, Serialize};

/// The knee of the p99 over the rate, which is a remark and not the answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurveKnee {
    /// The rate, in hits per second.
    pub rate: f64,
    /// The p99 of response there, in microseconds.
    pub p99_us: f64,
}
