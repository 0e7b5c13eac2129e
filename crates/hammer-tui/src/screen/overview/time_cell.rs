//! Percentiles as texts of one unit.

use std::time::Duration;

use hammer_diagnostic::TimeUnit;
use hammer_stats::Histogram;

use crate::live::live_second::GroupResponse;
use crate::screen::screen_settings::ScreenSettings;

/// Percentiles as texts of one unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeCells {
    pub(crate) unit: TimeUnit,
}

impl TimeCells {
    /// The chosen unit, or one that fits the p99 of all groups.
    pub(crate) fn for_groups<'a>(
        settings: &ScreenSettings,
        groups: impl IntoIterator<Item = &'a GroupResponse>,
    ) -> Self {
        let p99s = groups
            .into_iter()
            .map(|group| match has_hits_above(group.count, 0.99) {
                true => group.p99,
                false => group.max,
            });
        Self::for_largest(settings, p99s)
    }

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
        let times =
            histograms
                .into_iter()
                .map(|times| match has_hits_above(times.count(), share) {
                    true => times.quantile(share),
                    false => times.max(),
                });
        Self::for_largest(settings, times)
    }

    fn for_largest(settings: &ScreenSettings, times: impl Iterator<Item = Duration>) -> Self {
        let unit = (settings.unit)
            .unwrap_or_else(|| TimeUnit::for_micros(micros(times.max().unwrap_or_default())));
        Self { unit }
    }

    /// A percentile. It is the maximum, and called so, if no hit is above it, and `-` without hits.
    pub(crate) fn percentile(self, times: &Histogram, share: f64) -> String {
        self.or_maximum(times.count(), share, times.max(), || times.quantile(share))
    }

    /// The p99 of a group, as [`percentile`](Self::percentile) shows it.
    pub(crate) fn group_p99(self, group: &GroupResponse) -> String {
        self.or_maximum(group.count, 0.99, group.max, || group.p99)
    }

    fn or_maximum(
        self,
        count: u64,
        share: f64,
        maximum: Duration,
        percentile: impl FnOnce() -> Duration,
    ) -> String {
        match count {
            0 => "-".to_owned(),
            _ if has_hits_above(count, share) => self.time(percentile()),
            _ => format!("max {}", self.time(maximum)),
        }
    }

    /// A time, without its unit.
    pub(crate) fn time(self, time: Duration) -> String {
        self.unit.format(micros(time))
    }
}

/// True if a percentile has a hit above it, so that it is not the maximum.
fn has_hits_above(count: u64, share: f64) -> bool {
    // 100 hits × (1 − 0.99) is slightly less than one.
    count as f64 * (1.0 - share) > 1.0 - 1e-6
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
