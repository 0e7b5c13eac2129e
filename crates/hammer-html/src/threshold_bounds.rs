//! Bounds of thresholds that charts show as lines.

use hammer_core::{BaselineBound, Report};
use hammer_diagnostic::printable;
use hammer_plan::{HitTime, Threshold};

/// The largest number of bounds in a chart.
const MAX_BOUNDS: usize = 4;

/// A bound that is further from all values, by this factor, would leave the values no room.
const FAR: f64 = 8.0;

/// Returns the bounds on response and service of a whole load, as text and in milliseconds: those
/// that are not far from the smallest and the largest value of a chart.
pub(crate) fn threshold_bounds(report: &Report, (min, max): (f64, f64)) -> Vec<(String, f64)> {
    let thresholds = report.thresholds.iter();
    let thresholds = thresholds.map(|checked| (&*checked.expression, checked.relative));
    bounds(thresholds, (min / FAR, max * FAR))
}

/// Returns the bounds of objectives on response and service, as text and in milliseconds.
pub(crate) fn objective_bounds(objectives: &[String]) -> Vec<(String, f64)> {
    let objectives = objectives.iter().map(|objective| (&**objective, None));
    bounds(objectives, (0.0, f64::INFINITY))
}

fn bounds<'a>(
    thresholds: impl Iterator<Item = (&'a str, Option<BaselineBound>)>,
    (min, max): (f64, f64),
) -> Vec<(String, f64)> {
    let bounds = thresholds.filter_map(|(expression, relative)| {
        let threshold: Threshold = expression.parse().ok()?;
        let threshold = threshold.with_known_bound(relative);
        let applies = threshold
            .scope()
            .is_none_or(|scope| scope.stage().is_none() && scope.group().is_none());
        let (time, bound_us) = threshold.time_bound()?;
        let is_shown = matches!(time, HitTime::Response | HitTime::Service)
            && (min..=max).contains(&(bound_us / 1e3));
        (applies && is_shown).then(|| (printable(expression).into_owned(), bound_us / 1e3))
    });
    let mut bounds: Vec<_> = bounds.take(MAX_BOUNDS).collect();
    bounds.dedup_by(|one, other| one.0 == other.0);
    bounds
}
