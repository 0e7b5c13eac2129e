//! Percentiles with their intervals.

use hammer_core::ResponseDistribution;

use super::hit_blocks::TimeBlocks;
use super::run_figures::{HitShare, MeasuredFigure, UnansweredHits};
use super::value_precision::ValuePrecision;
use crate::comparison::comparison_outcome::UndecidedReason;

/// Measures a quantile of a part of the hits. Those without an answer, of which there is this share, are
/// infinitely slow.
///
/// Its interval is that of Woodruff with the design effect between `blocks`, which may be of more hits
/// than those of the part: see [`ConfidenceBlocks`](hammer_stats::ConfidenceBlocks). It is at least as
/// wide as the precision of a time.
pub(crate) fn measure_quantile(
    hits: ResponseDistribution<'_>,
    unanswered: HitShare,
    quantile: f64,
    blocks: Result<&TimeBlocks, UndecidedReason>,
) -> MeasuredFigure {
    let Some(us) = hits.us_at_quantile(quantile) else {
        return MeasuredFigure::NONE;
    };
    let precision = ValuePrecision::of_time(us);
    let interval = blocks.and_then(|blocks| interval(hits, quantile, blocks));
    MeasuredFigure {
        value: Some(us),
        interval: interval.map(|(low, high)| match precision {
            ValuePrecision::Relative(share) if us.is_finite() => {
                (low.min(us * (1.0 - share)), high.max(us * (1.0 + share)))
            }
            _ => (low, high),
        }),
        precision,
        unanswered: Some(UnansweredHits {
            share: unanswered,
            limit_percent: (1.0 - quantile) * 100.0,
        }),
    }
}

fn interval(
    hits: ResponseDistribution<'_>,
    quantile: f64,
    blocks: &TimeBlocks,
) -> Result<(f64, f64), UndecidedReason> {
    let limits = blocks.blocks.limits(quantile, hits.count(), blocks.t);
    let limits = limits.checked().map_err(|_| UndecidedReason::TooFewHits)?;
    let low = hits.us_at_quantile(limits.low);
    let high = match limits.high {
        1.0.. => Some(f64::INFINITY),
        high => hits.us_at_quantile(high),
    };
    low.zip(high).ok_or(UndecidedReason::NotMeasured)
}
