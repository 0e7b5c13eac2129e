//! Percentiles that are infinite on one side, because of hits without an answer.

use super::change_scale::MarginScale;
use super::within_runs::{p_beyond, side_estimate};
use crate::comparability::run_position::ComparisonSide;
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::figures::run_figures::{HitShare, MeasuredFigure};
use crate::statistics::estimate::Estimate;
use crate::statistics::mover::mover_difference;

/// An interval of a share, or the reason why there is none.
type ShareInterval = Result<(f64, f64), UndecidedReason>;

/// The side in all runs of which a percentile is infinite, if it is in no run of the other side.
pub(super) fn infinite_side(
    base: &[MeasuredFigure],
    new: &[MeasuredFigure],
) -> Option<ComparisonSide> {
    let is_infinite = |run: &MeasuredFigure| run.value == Some(f64::INFINITY);
    let all = |side: &[MeasuredFigure]| side.iter().all(is_infinite);
    let any = |side: &[MeasuredFigure]| side.iter().any(is_infinite);
    if all(new) && !any(base) {
        return Some(ComparisonSide::New);
    }
    (all(base) && !any(new)).then_some(ComparisonSide::Base)
}

/// The share of hits without an answer in each run. `None` if it is unknown in one.
pub(super) fn unanswered_shares(
    runs: &[MeasuredFigure],
    interval: impl Fn(HitShare) -> ShareInterval,
) -> Option<Vec<MeasuredFigure>> {
    let shares = runs.iter().map(|run| {
        let share = run.unanswered?.share;
        Some(MeasuredFigure::share(share, interval(share)))
    });
    shares.collect()
}

/// The p value of a percentile that is finite, or of the same share of hits without an answer on both
/// sides, whichever is more likely. `None` if that is not less likely than the confidence allows, or if
/// the percentile is not infinite on one side only.
///
/// It is made of shares of hits alone, so that it needs neither slices of time nor hits beyond the
/// percentile.
pub(super) fn infinite_within_runs_p(
    base: &[MeasuredFigure],
    new: &[MeasuredFigure],
    confidence: f64,
) -> Option<f64> {
    let side = infinite_side(base, new)?;
    let estimate = |runs: &[MeasuredFigure]| -> Option<Estimate> {
        let shares = unanswered_shares(runs, |share| Ok(share.interval(confidence)))?;
        side_estimate(&shares, MarginScale::percentage_points(0.0)).ok()
    };
    let limits = base.iter().filter_map(|run| run.unanswered);
    let limit = limits.map(|hits| hits.limit_percent).next()?;
    let (base, new) = (estimate(base)?, estimate(new)?);
    let infinite = match side {
        ComparisonSide::Base => base,
        ComparisonSide::New => new,
    };
    let p_of = |change| p_beyond(change, 0.0, 0.0, confidence);
    let p = p_of(infinite.map(|share| share - limit)).max(p_of(mover_difference(base, new)));
    (p <= 1.0 - confidence).then_some(p)
}
