//! The recovery of a target from an overload.

use std::time::Duration;

use hammer_analysis::{LookReport, RecoveryReport};
use hammer_core::{Report, Shape, TimelineSlice};

/// The overload, as a multiple of the answer.
const OVERLOAD: f64 = 1.5;
const OVERLOAD_S: u64 = 10;
/// The rate after it, as a multiple of the answer.
const AFTER: f64 = 0.8;
/// The time in which a recovery is watched.
const WATCH_S: u64 = 60;
/// Seconds in a row whose p99 is within the limit: the target has recovered.
const CALM_S: usize = 3;

/// An overload and the time after it.
pub(super) struct RecoveryPlan {
    pub(super) overload: f64,
    pub(super) shape: Shape,
}

impl RecoveryPlan {
    /// The plan for a target that holds this rate. `None` for a rate that no schedule can have.
    pub(super) fn new(rate: f64) -> Option<Self> {
        let (overload, after) = (
            super::rounded(rate * OVERLOAD),
            super::rounded(rate * AFTER),
        );
        let shape = format!("{overload}/{OVERLOAD_S}s,{after}/{WATCH_S}s");
        Some(Self {
            overload,
            shape: shape.parse().ok()?,
        })
    }

    pub(super) fn length(&self) -> Duration {
        Duration::from_secs(OVERLOAD_S + WATCH_S)
    }
}

/// Measures the time from the end of the overload until p99 is within `limit` again.
pub(super) fn measure(
    report: &Report,
    overload: f64,
    limit: Option<Duration>,
    look: LookReport,
) -> RecoveryReport {
    let limit_us = limit.map(|limit| limit.as_secs_f64() * 1e6);
    let after: Vec<&TimelineSlice> = (report.timeline.iter())
        .filter(|slice| slice.t_s >= OVERLOAD_S && slice.t_s < OVERLOAD_S + WATCH_S)
        .collect();
    let is_calm = |slice: &&TimelineSlice| {
        let errors = slice.hits.ended() > slice.hits.ok;
        let limit = limit_us.unwrap_or(f64::INFINITY);
        slice.response_us.count > 0 && slice.response_us.p99 <= limit && !errors
    };
    let calm = after
        .windows(CALM_S)
        .position(|three| three.iter().all(is_calm));
    RecoveryReport {
        overload_rate: overload,
        overload_s: OVERLOAD_S as f64,
        rate_after: super::rounded(overload / OVERLOAD * AFTER),
        watched_s: WATCH_S as f64,
        recovered_s: calm.map(|second| second as f64),
        look,
    }
}
