//! Percentiles of slices.

use hammer_stats::Histogram;

/// Percentiles of each slice, in milliseconds.
#[derive(Debug, Default)]
pub(crate) struct SlicePercentiles {
    pub(crate) p50: Vec<Option<f64>>,
    pub(crate) p90: Vec<Option<f64>>,
    pub(crate) p99: Vec<Option<f64>>,
    pub(crate) max: Vec<Option<f64>>,
}

impl SlicePercentiles {
    /// Adds the percentiles of the next slice; `None` if nothing was measured.
    pub(crate) fn push(&mut self, histogram: &Histogram) {
        let at = |quantile: f64| {
            let time = histogram.quantile(quantile).as_secs_f64() * 1e3;
            (!histogram.is_empty()).then_some(time)
        };
        self.p50.push(at(0.5));
        self.p90.push(at(0.9));
        self.p99.push(at(0.99));
        let max = histogram.max().as_secs_f64() * 1e3;
        self.max.push((!histogram.is_empty()).then_some(max));
    }
}

/// The smallest and the largest of values, both positive; a millisecond if there are none.
pub(crate) fn positive_range<'a>(lists: impl IntoIterator<Item = &'a [Option<f64>]>) -> (f64, f64) {
    // Durations are counted in microseconds.
    let values = lists.into_iter().flatten().flatten();
    let range = values.fold((f64::INFINITY, 0.0_f64), |(min, max), value| {
        (min.min(value.max(0.001)), max.max(*value))
    });
    if range.0.is_finite() {
        (range.0, range.1.max(range.0))
    } else {
        (1.0, 1.0)
    }
}
