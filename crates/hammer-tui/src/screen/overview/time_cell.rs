//! Percentiles as texts of one unit.

use std::time::Duration;

use hammer_diagnostic::TimeUnit;
use hammer_stats::Histogram;

use crate::screen::screen_settings::ScreenSettings;

/// Percentiles as texts of one unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeCells {
    pub(crate) unit: TimeUnit,
}

impl TimeCells {
    /// The chosen unit, or one that fits the p99 of all histograms.
    pub(crate) fn for_histograms<'a>(
        settings: &ScreenSettings,
        histograms: impl IntoIterator<Item = &'a Histogram>,
    ) -> Self {
        Self::for_percentiles(settings, histograms, 0.99)
    }

    /// The chosen unit, or one that fits a percentile of all histograms as it is shown.
    pub(crate) fn for_percentiles<'a>(
        settings: &ScreenSettings,
        histograms: impl IntoIterator<Item = &'a Histogram>,
        share: f64,
    ) -> Self {
        let histograms = histograms.into_iter();
        let largest = histograms
            .map(|times| match has_hits_above(times, share) {
                true => times.quantile(share),
                false => times.max(),
            })
            .max();
        let unit = (settings.unit)
            .unwrap_or_else(|| TimeUnit::for_micros(micros(largest.unwrap_or_default())));
        Self { unit }
    }

    /// A percentile. It is the maximum, and called so, if no hit is above it, and `-` without hits.
    pub(crate) fn percentile(self, times: &Histogram, share: f64) -> String {
        if times.is_empty() {
            "-".to_owned()
        } else if has_hits_above(times, share) {
            self.time(times.quantile(share))
        } else {
            format!("max {}", self.time(times.max()))
        }
    }

    /// A time, without its unit.
    pub(crate) fn time(self, time: Duration) -> String {
        self.unit.format(micros(time))
    }
}

/// True if a percentile has a hit above it, so that it is not the maximum.
fn has_hits_above(times: &Histogram, share: f64) -> bool {
    // 100 hits × (1 − 0.99) is slightly less than one.
    times.count() as f64 * (1.0 - share) > 1.0 - 1e-6
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_of_few_hits_is_called_the_maximum() {
        let cells = TimeCells {
            unit: TimeUnit::Millis,
        };
        for (count, text) in [(0, "-"), (99, "max 20.0"), (100, "20.0"), (1_000, "20.0")] {
            let mut times = Histogram::new();
            times.record_many(Duration::from_millis(20), count);
            assert_eq!(cells.percentile(&times, 0.99), text, "{count}");
        }
    }
}
