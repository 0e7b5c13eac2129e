//! Intervals of differences from two separate intervals.

use super::estimate::Estimate;

/// The interval of `new` − `base` from an interval of each, which are independent and need not be
/// symmetric: the method of variance estimates recovery (MOVER) of G. Y. Zou and A. Donner,
/// Statistics in Medicine 27 (2008).
///
/// Each limit takes the variance from the limits nearest to it. If an estimate or a limit is
/// infinite, the result is the widest possible: from the low of `new` to the high of `base`, and the
/// other way around.
pub(crate) fn mover_difference(base: Estimate, new: Estimate) -> Estimate {
    let value = new.value - base.value;
    let root = |one: f64, other: f64| one.hypot(other);
    let low = value - root(new.value - new.low, base.high - base.value);
    let high = value + root(new.high - new.value, base.value - base.low);
    let or_widest = |limit: f64, widest: f64| if limit.is_finite() { limit } else { widest };
    Estimate {
        value,
        low: or_widest(low, difference(new.low, base.high)).min(value),
        high: or_widest(high, difference(new.high, base.low)).max(value),
    }
}

/// `a` − `b`, where the difference of two infinities is unknown, so that it does not limit anything.
fn difference(a: f64, b: f64) -> f64 {
    let difference = a - b;
    if difference.is_nan() { 0.0 } else { difference }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::wilson::wilson_interval;

    /// 56 of 70 and 48 of 80, from Wilson's intervals: 0.0524 to 0.3339 (R. G. Newcombe, Statistics in
    /// Medicine 17 (1998), p. 873 ff., table II, method 10, which is MOVER for two shares).
    #[test]
    fn the_difference_of_two_shares_is_that_of_newcombe() {
        let base = wilson_interval(48.0 / 80.0, 80.0, 0.95);
        let new = wilson_interval(56.0 / 70.0, 70.0, 0.95);
        let found = mover_difference(base, new);
        assert!((found.low - 0.0524).abs() < 5e-5, "{found:?}");
        assert!((found.high - 0.3339).abs() < 5e-5, "{found:?}");
    }

    #[test]
    fn symmetric_intervals_add_as_squares() {
        let estimate = |value: f64, half: f64| Estimate {
            value,
            low: value - half,
            high: value + half,
        };
        let found = mover_difference(estimate(1.0, 3.0), estimate(2.0, 4.0));
        assert_eq!(found, estimate(1.0, 5.0));
    }

    #[test]
    fn infinite_values_give_the_widest_interval() {
        let infinite = f64::INFINITY;
        let base = Estimate {
            value: 1.0,
            low: 0.5,
            high: 2.0,
        };
        let new = |low| Estimate {
            value: infinite,
            low,
            high: infinite,
        };
        let found = mover_difference(base, new(5.0));
        assert_eq!((found.low, found.high), (3.0, infinite));
        let found = mover_difference(base, new(infinite));
        assert_eq!((found.low, found.high), (infinite, infinite));
        let found = mover_difference(new(5.0), base);
        assert_eq!((found.low, found.high), (-infinite, -3.0));
        let open = Estimate {
            high: infinite,
            ..base
        };
        let found = mover_difference(base, open);
        assert_eq!(found.high, infinite);
        assert!(found.low.is_finite());
    }
}
