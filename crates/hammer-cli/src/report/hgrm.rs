//! The percentile spectrum of a run, for plotters of HdrHistogram.

use std::fmt::Write as _;
use std::time::Duration;

use hammer_core::RunFile;
use hammer_stats::Histogram;

/// Lines per half of the distance to the maximum, as in most files of this kind.
const TICKS_PER_HALF_DISTANCE: u32 = 5;
/// HdrHistogram's layout from 1 µs to 1 h at three digits: buckets, and linear steps in each.
const LAYOUT: (u32, u32) = (22, 2048);

/// Renders the response of all hits in milliseconds, as `outputPercentileDistribution` of HdrHistogram does.
///
/// The columns are the value, the quantile, the number of hits up to the value, and 1 / (1 − quantile).
/// The last line lacks the fourth, which would be infinite. Mean, maximum and count are exact.
pub(crate) fn render(run: &RunFile) -> String {
    let measured = run.report.measured.as_ref();
    let response = measured.map_or_else(Histogram::new, |measured| measured.response().clone());
    spectrum(&response)
}

fn spectrum(histogram: &Histogram) -> String {
    let mut text = format!(
        "{:>12} {:>14} {:>10} {:>14}\n\n",
        "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
    );
    for tick in histogram.percentile_spectrum(TICKS_PER_HALF_DISTANCE) {
        let (value, quantile, count) = (ms(tick.value), tick.quantile, tick.count);
        let _ = write!(text, "{value:>12.3} {quantile:.12} {count:>10}");
        if quantile < 1.0 {
            let _ = write!(text, " {:>14.2}", 1.0 / (1.0 - quantile));
        }
        text.push('\n');
    }
    let [mean, deviation, max] = [
        histogram.mean(),
        histogram.standard_deviation(),
        histogram.max(),
    ]
    .map(ms);
    let total = histogram.count();
    let (buckets, sub_buckets) = LAYOUT;
    let _ = write!(
        text,
        "#[Mean    = {mean:>12.3}, StdDeviation   = {deviation:>12.3}]\n\
         #[Max     = {max:>12.3}, Total count    = {total:>12}]\n\
         #[Buckets = {buckets:>12}, SubBuckets     = {sub_buckets:>12}]\n"
    );
    text
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HdrHistogram's Python library writes the same columns and layout.
    #[test]
    fn the_text_has_the_columns_of_hdr_histogram() {
        let mut histogram = Histogram::new();
        for us in [1_000, 1_000, 1_500, 2_000, 10_000] {
            histogram.record(Duration::from_micros(us));
        }
        let text = spectrum(&histogram);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[..3],
            [
                "       Value     Percentile TotalCount 1/(1-Percentile)",
                "",
                "       1.000 0.000000000000          2           1.00",
            ]
        );
        let last = lines.len() - 4;
        assert_eq!(
            lines[last..],
            [
                "      10.000 1.000000000000          5",
                "#[Mean    =        3.100, StdDeviation   =        3.471]",
                "#[Max     =       10.000, Total count    =            5]",
                "#[Buckets =           22, SubBuckets     =         2048]",
            ]
        );
    }

    #[test]
    fn a_run_without_answers_has_no_lines() {
        let text = spectrum(&Histogram::new());
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.contains("#[Max     =        0.000, Total count    =            0]"));
    }
}
