//! The precision of a value of a run.

/// The least relative precision: half of the width of a bucket of a histogram, which has three digits.
const LEAST_RELATIVE: f64 = 0.0005;

/// The least uncertainty of a value of a run, however much the runs are alike.
///
/// Values of a few runs may be equal by chance, or because they are rounded. They are not exact
/// for that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ValuePrecision {
    /// A standard deviation, as a share of the value.
    Relative(f64),
    /// The value is a percentage of this number of independent hits, which are a sample.
    PercentOf(f64),
}

impl ValuePrecision {
    /// The precision of a value with three digits.
    pub(crate) const THREE_DIGITS: Self = Self::Relative(LEAST_RELATIVE);

    /// The precision of a time from a histogram, whose buckets are at least 1 µs wide.
    ///
    /// The standard deviation of numbers in an interval is at most half of its width (T. Popoviciu,
    /// Mathematica 9 (1935)).
    pub(crate) fn of_time(us: f64) -> Self {
        Self::of_steps(us)
    }

    /// The precision of a rate of this number of hits, which are whole.
    pub(crate) fn of_count(hits: f64) -> Self {
        Self::of_steps(hits)
    }

    /// The precision of a value in steps of 1.
    fn of_steps(value: f64) -> Self {
        let share = 0.5 / value;
        Self::Relative(if share.is_finite() {
            share.clamp(LEAST_RELATIVE, 1.0)
        } else {
            LEAST_RELATIVE
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_times_and_few_hits_are_less_precise() {
        for (us, share) in [
            (5.0, 0.1),
            (100.0, 0.005),
            (90_000.0, 0.0005),
            (f64::INFINITY, 0.0005),
            (0.1, 1.0),
        ] {
            assert_eq!(
                ValuePrecision::of_time(us),
                ValuePrecision::Relative(share),
                "{us}"
            );
        }
        assert_eq!(
            ValuePrecision::of_count(50.0),
            ValuePrecision::Relative(0.01)
        );
    }
}
