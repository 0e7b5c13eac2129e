//! The recovery of a target from an overload.

use std::time::Duration;

use hammer_analysis::{LookReport, RecoveryReport, RecoverySlice};
use hammer_core::{Report, ResponseDistribution, Shape, TimelineSlice};

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
    let watched = |slice: &&TimelineSlice| slice.t_s < OVERLOAD_S + WATCH_S;
    let slices: Vec<&TimelineSlice> = report.timeline.iter().filter(watched).collect();
    let after: Vec<&TimelineSlice> = (slices.iter().copied())
        .filter(|slice| slice.t_s >= OVERLOAD_S)
        .collect();
    let is_calm = |slice: &&TimelineSlice| {
        let p99 = p99_us(slice).filter(|us| us.is_finite());
        p99.is_some_and(|us| limit_us.is_none_or(|limit| us <= limit))
    };
    let mut calm = after.windows(CALM_S);
    let calm = calm.position(|seconds| seconds.iter().all(is_calm));
    RecoveryReport {
        overload_rate: overload,
        overload_s: OVERLOAD_S as f64,
        rate: super::rounded(overload / OVERLOAD * AFTER),
        limit_us,
        recovered_after_s: calm.map(|second| second as f64),
        watched_s: WATCH_S as f64,
        slices: slices
            .iter()
            .map(|slice| RecoverySlice {
                start_s: slice.t_s as f64,
                length_s: slice.width_s as f64,
                p99_us: p99_us(slice),
            })
            .collect(),
        look,
    }
}

/// The p99 of the hits that ended in a slice, where those without an answer are infinitely slow.
fn p99_us(slice: &TimelineSlice) -> Option<f64> {
    let response = slice.measured.as_ref()?.response();
    ResponseDistribution::new(&response, slice.hits.unanswered()).us_at_quantile(0.99)
}
