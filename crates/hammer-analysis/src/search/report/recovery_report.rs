//! The recovery of the target from an overload.

use serde::{Deserialize, Serialize};

use crate::extended_number;

/// The recovery of the target from an overload.
///
/// A target that stays slow at a rate that held before is in a metastable failure (Bronson et al., HotOS
/// 2021).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecoveryReport {
    /// The rate of the overload, in hits per second.
    pub overload_rate: f64,
    /// The length of the overload, in seconds.
    pub overload_s: f64,
    /// The rate after it, in hits per second.
    pub rate: f64,
    /// The p99 of response at which the target counts as recovered, in microseconds.
    pub recovered_p99_us: f64,
    /// The time from the end of the overload until the p99 was back, in seconds; `None` if it was not
    /// within [`watched_s`](Self::watched_s).
    pub recovered_after_s: Option<f64>,
    /// The time that the target was watched after the overload, in seconds.
    pub watched_s: f64,
    /// The p99 by time, from the start of the overload.
    pub slices: Vec<RecoverySlice>,
}

/// A slice of time in a [`RecoveryReport`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RecoverySlice {
    /// The start of the slice, in seconds from the start of the overload.
    pub start_s: f64,
    /// The length of the slice, in seconds.
    pub length_s: f64,
    /// The p99 of response of the hits that were due in the slice, in microseconds: infinite if 1 % of
    /// them have no answer, and `None` if there were none.
    #[serde(with = "extended_number::optional")]
    pub p99_us: Option<f64>,
}
