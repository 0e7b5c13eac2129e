//! Percentiles with their intervals.

use hammer_core::{Histogram, ResponseDistribution};
use hammer_stats::ConfidenceBlocks;

use super::run_figures::MeasuredFigure;
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::statistics::student::student_quantile;

/// The number of effective hits that must lie beyond a quantile for an interval.
const MIN_BEYOND: f64 = 10.0;

/// Measures a quantile of a part of the hits. Those without an answer are infinitely slow.
///
/// Its interval is that of Woodruff with the design effect between `blocks`, which may be of more hits
/// than those of the part: see [`ConfidenceBlocks`].
pub(crate) fn measure_quantile(
    answered: &Histogram,
    unanswered: u64,
    quantile: f64,
    blocks: Result<&ConfidenceBlocks, UndecidedReason>,
    confidence: f64,
) -> MeasuredFigure {
    let hits = ResponseDistribution::new(answered, unanswered);
    MeasuredFigure {
        value: hits.us_at_quantile(quantile),
        interval: blocks.and_then(|blocks| interval(hits, quantile, blocks, confidence)),
    }
}

fn interval(
    hits: ResponseDistribution<'_>,
    quantile: f64,
    blocks: &ConfidenceBlocks,
    confidence: f64,
) -> Result<(f64, f64), UndecidedReason> {
    let degrees = blocks.count() as f64 - 1.0;
    let t = student_quantile(f64::midpoint(1.0, confidence), degrees);
    let effective = hits.count() as f64 / blocks.interval(quantile, t).design_effect;
    // A share such as 1 − 0.99 is not exact.
    if effective * quantile.min(1.0 - quantile) < MIN_BEYOND * (1.0 - 1e-9) {
        return Err(UndecidedReason::TooFewHits);
    }
    let margin = t * (quantile * (1.0 - quantile) / effective).sqrt();
    let low = hits.us_at_quantile(quantile - margin);
    let high = if quantile + margin >= 1.0 {
        Some(f64::INFINITY)
    } else {
        hits.us_at_quantile(quantile + margin)
    };
    low.zip(high).ok_or(UndecidedReason::NotMeasured)
}
