//! The variance that values of runs have at least.

use crate::figures::run_figures::MeasuredFigure;
use crate::figures::value_precision::ValuePrecision;

/// The mean variances that the values of both sides have at least, on the scale on which they are
/// compared: what one run has by itself, without any difference between runs.
///
/// A share of *n* independent hits has the variance of a binomial one. As if nothing had changed, it is
/// that of the share of all runs of both sides, with two errors and two other hits more, so that no
/// share is exactly 0 or 1 (A. Agresti and B. A. Coull, The American Statistician 52 (1998)).
pub(super) fn least_variances(base: &[MeasuredFigure], new: &[MeasuredFigure]) -> [f64; 2] {
    let share = pooled_share(base.iter().chain(new));
    [base, new].map(|side| {
        let variances = side.iter().map(|run| match run.precision {
            ValuePrecision::Relative(deviation) => deviation.powi(2),
            // In percentage points.
            ValuePrecision::PercentOf(hits) => 1e4 * share * (1.0 - share) / hits,
        });
        let mean = variances.sum::<f64>() / side.len() as f64;
        if mean.is_finite() { mean } else { 0.0 }
    })
}

fn pooled_share<'a>(runs: impl Iterator<Item = &'a MeasuredFigure>) -> f64 {
    let (mut errors, mut all) = (2.0, 4.0);
    for run in runs {
        if let (ValuePrecision::PercentOf(hits), Some(percent)) = (run.precision, run.value) {
            errors += percent / 100.0 * hits;
            all += hits;
        }
    }
    errors / all
}
