//! The percentile spectrum: quantiles in steps that get finer toward the maximum.

use std::time::Duration;

use crate::Histogram;

/// A quantile of the percentile spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PercentileTick {
    /// The duration at the quantile, to three digits.
    pub value: Duration,
    /// The quantile, from 0 to 1.
    pub quantile: f64,
    /// The number of durations up to `value`.
    pub count: u64,
}

impl Histogram {
    /// Iterates over quantiles from the minimum to the maximum, with `ticks` steps per half of the
    /// distance to 1, as in HdrHistogram's percentile distribution (`.hgrm`), where 5 is usual.
    ///
    /// ```text
    /// ticks 2:   0   0.25   0.5   0.625   0.75   0.8125   …   1
    /// ```
    ///
    /// It is empty if nothing was recorded, and has about `ticks · log2(count)` quantiles.
    ///
    /// # Panics
    ///
    /// If `ticks` is 0.
    pub fn percentile_spectrum(&self, ticks: u32) -> impl Iterator<Item = PercentileTick> + '_ {
        self.buckets.iter_quantiles(ticks).map(|step| {
            let value = Duration::from_micros(step.value_iterated_to());
            PercentileTick {
                value: value.clamp(self.min(), self.max()),
                quantile: step.quantile_iterated_to(),
                count: self.count_to(step.value_iterated_to()),
            }
        })
    }

    fn count_to(&self, micros: u64) -> u64 {
        self.buckets.count_between(0, micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_get_finer_toward_the_maximum() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.percentile_spectrum(5).count(), 0);
        (1..=1_000).for_each(|us| histogram.record(Duration::from_micros(us)));
        let ticks: Vec<_> = histogram.percentile_spectrum(2).collect();
        let first: Vec<_> = ticks.iter().map(|tick| tick.quantile).take(6).collect();
        assert_eq!(first, [0.0, 0.25, 0.5, 0.625, 0.75, 0.8125]);
        for pair in ticks.windows(2) {
            assert!(pair[0].quantile < pair[1].quantile);
            assert!(pair[0].value <= pair[1].value && pair[0].count <= pair[1].count);
        }
        for tick in &ticks {
            assert!(histogram.quantile(tick.quantile) <= tick.value, "{tick:?}");
            assert_eq!(tick.count, tick.value.as_micros() as u64, "{tick:?}");
        }
        let last = ticks.last().expect("there are ticks");
        assert_eq!((last.quantile, last.count), (1.0, 1_000));
        assert_eq!(last.value, histogram.max());
        assert!((15..25).contains(&ticks.len()), "{}", ticks.len());
    }

    #[test]
    fn equal_durations_have_a_spectrum_of_two() {
        let mut histogram = Histogram::new();
        (0..9).for_each(|_| histogram.record(Duration::from_millis(70)));
        let ticks: Vec<_> = histogram.percentile_spectrum(5).collect();
        let expected = |quantile| PercentileTick {
            value: Duration::from_millis(70),
            quantile,
            count: 9,
        };
        assert_eq!(ticks, [expected(0.0), expected(1.0)]);
    }
}
