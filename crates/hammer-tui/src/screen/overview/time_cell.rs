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
            .map(|group| match is_supported(group.count, 0.99) {
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
        let times = histograms.into_iter();
        let times = times.map(|times| match is_supported(times.count(), share) {
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

    /// A percentile, or `-` if too few hits support it.
    pub(crate) fn percentile(self, times: &Histogram, share: f64) -> String {
        self.supported(times.count(), share, || times.quantile(share))
    }

    /// A percentile with its unit, or `-` if too few hits support it.
    pub(crate) fn percentile_with_unit(self, times: &Histogram, share: f64) -> String {
        self.with_unit(self.percentile(times, share))
    }

    /// The p99 of a group with its unit, or `-` if too few hits support it.
    pub(crate) fn group_p99(self, group: &GroupResponse) -> String {
        self.with_unit(self.supported(group.count, 0.99, || group.p99))
    }

    /// A percentile of `count` hits, or `-` if they do not support it.
    pub(crate) fn supported(
        self,
        count: u64,
        share: f64,
        percentile: impl FnOnce() -> Duration,
    ) -> String {
        match is_supported(count, share) {
            true => self.time(percentile()),
            false => "-".to_owned(),
        }
    }

    fn with_unit(self, time: String) -> String {
        match time.as_str() {
            "-" => time,
            _ => format!("{time} {}", self.unit.name()),
        }
    }

    /// The maximum, or `-` without hits.
    pub(crate) fn maximum(self, times: &Histogram) -> String {
        match times.is_empty() {
            true => "-".to_owned(),
            false => self.time(times.max()),
        }
    }

    /// A time, without its unit.
    pub(crate) fn time(self, time: Duration) -> String {
        self.unit.format(micros(time))
    }
}

/// Returns true if a percentile of `count` hits says more than their maximum, as in the text report: at
/// least one hit is beyond it. The median needs a hit only.
pub(crate) fn is_supported(count: u64, share: f64) -> bool {
    match share {
        ..=0.5 => count > 0,
        _ => hits_beyond(count, share) >= 1.0,
    }
}

/// The number of hits beyond a percentile of `count` hits.
pub(crate) fn hits_beyond(count: u64, share: f64) -> f64 {
    // 100 hits × (1 − 0.99) is slightly less than one.
    count as f64 * (1.0 - share) + 1e-6
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The counts that the text report needs.
    #[test]
    fn a_percentile_needs_a_hit_beyond_it() {
        let cells = TimeCells {
            unit: TimeUnit::Millis,
        };
        for (share, needed) in [
            (0.5, 1),
            (0.9, 10),
            (0.95, 20),
            (0.99, 100),
            (0.999, 1_000),
            (0.9999, 10_000),
        ] {
            for (count, text) in [(needed - 1, "-"), (needed, "20.0"), (9 * needed, "20.0")] {
                let mut times = Histogram::new();
                times.record_many(Duration::from_millis(20), count);
                assert_eq!(cells.percentile(&times, share), text, "{share} of {count}");
            }
        }
    }
}
