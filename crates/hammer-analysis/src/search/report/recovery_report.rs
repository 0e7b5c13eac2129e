//! The recovery of the target from an overload.

use serde::{Deserialize, Serialize};

use super::look_report::LookReport;
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
    /// The p99 of response below which the target counts as recovered, in microseconds; `None` if no
    /// objective limits a time.
    pub limit_us: Option<f64>,
    /// The time from the end of the overload until the target had recovered, in seconds; `None` if it had
    /// not within [`watched_s`](Self::watched_s).
    pub recovered_after_s: Option<f64>,
    /// The time that the target was watched after the overload, in seconds.
    pub watched_s: f64,
    /// The p99 by time, from the start of the overload.
    pub slices: Vec<RecoverySlice>,
    /// The run with the overload and the time after it.
    pub look: LookReport,
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
