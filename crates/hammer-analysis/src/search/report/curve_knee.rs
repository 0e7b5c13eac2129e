//! The knee of the latency over the rate.

use serde::{Deserialize, Serialize};

use super::look_report::LookReport;
use crate::search::knee::knee;

/// The knee of the p99 over the rate, which is a remark and not the answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurveKnee {
    /// The rate, in hits per second.
    pub rate: f64,
    /// The p99 of response there, in microseconds.
    pub p99_us: f64,
}

impl CurveKnee {
    /// Finds the knee of the looks that were not ended early; `None` if there is none.
    pub(super) fn of(looks: &[LookReport]) -> Option<Self> {
        let whole = looks.iter().filter(|look| look.ended_early.is_none());
        let points: Vec<_> = whole
            .filter_map(|look| Some((look.rate, look.p99_us?)))
            .collect();
        let rate = knee(&points)?;
        let at_knee = points.iter().filter(|point| point.0 == rate);
        let p99_us = at_knee.map(|point| point.1).reduce(f64::max)?;
        Some(Self { rate, p99_us })
    }
}
