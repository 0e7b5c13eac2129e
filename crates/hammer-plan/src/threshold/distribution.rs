//! Statistics of times, where hits without an answer count as infinitely slow.

use hammer_core::{DurationSummary, Histogram, ResponseDistribution};

use super::figure::TimeStatistic;

/// A distribution of times, some of which may be infinite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeDistribution<'a> {
    pub(crate) source: HistogramOrSummary<'a>,
    /// The number of hits that count as infinitely slow.
    pub(crate) infinite_hits: u64,
}

/// The source of the finite times.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HistogramOrSummary<'a> {
    /// The histogram of all times.
    Histogram(&'a Histogram),
    /// The summary in a report that was read from JSON.
    Summary(&'a DurationSummary),
}

impl TimeDistribution<'_> {
    /// The number of times.
    pub(crate) fn count(self) -> u64 {
        let finite = match self.source {
            HistogramOrSummary::Histogram(histogram) => histogram.count(),
            HistogramOrSummary::Summary(summary) => summary.count,
        };
        finite.saturating_add(self.infinite_hits)
    }

    /// Returns the time of this rank, from 1, in microseconds; `None` if there are fewer times or only a
    /// summary.
    pub(crate) fn us_at_rank(self, rank: u64) -> Option<f64> {
        let HistogramOrSummary::Histogram(histogram) = self.source else {
            return None;
        };
        match rank > histogram.count() {
            true => (rank <= self.count()).then_some(f64::INFINITY),
            false => ResponseDistribution::new(histogram, 0).us_at_rank(rank),
        }
    }

    /// Returns the statistic in microseconds, or `None` if there are no times or the summary lacks
    /// it.
    pub(crate) fn statistic(self, statistic: TimeStatistic) -> Option<f64> {
        let all = self.count();
        let finite = all - self.infinite_hits;
        if all == 0 {
            return None;
        }
        let rank = match statistic {
            TimeStatistic::Percentile(percentile) => percentile.rank(all),
            TimeStatistic::Min => 1,
            // One infinite time makes the mean and the maximum infinite.
            TimeStatistic::Mean | TimeStatistic::Max => all,
        };
        if rank > finite {
            return Some(f64::INFINITY);
        }
        match self.source {
            HistogramOrSummary::Histogram(histogram) => {
                histogram_statistic(histogram, statistic, rank)
            }
            HistogramOrSummary::Summary(summary) => {
                summary_statistic(summary, statistic, self.infinite_hits)
            }
        }
    }
}

fn histogram_statistic(histogram: &Histogram, statistic: TimeStatistic, rank: u64) -> Option<f64> {
    let time = match statistic {
        TimeStatistic::Min => histogram.min(),
        TimeStatistic::Mean => histogram.mean(),
        TimeStatistic::Max => histogram.max(),
        TimeStatistic::Percentile(_) => {
            return ResponseDistribution::new(histogram, 0).us_at_rank(rank);
        }
    };
    Some(time.as_nanos() as f64 / 1e3)
}

fn summary_statistic(
    summary: &DurationSummary,
    statistic: TimeStatistic,
    infinite: u64,
) -> Option<f64> {
    let percentile = match statistic {
        TimeStatistic::Min => return Some(summary.min),
        TimeStatistic::Mean => return Some(summary.mean),
        TimeStatistic::Max => return Some(summary.max),
        // With infinite times, the summary does not have the percentile that is needed.
        TimeStatistic::Percentile(_) if infinite > 0 => return None,
        TimeStatistic::Percentile(percentile) => percentile.percent(),
    };
    let known = [
        (0.0, summary.min),
        (50.0, summary.p50),
        (90.0, summary.p90),
        (95.0, summary.p95),
        (99.0, summary.p99),
        (99.9, summary.p99_9),
        (99.99, summary.p99_99),
        (100.0, summary.max),
    ];
    known
        .iter()
        .find(|(known, _)| (known - percentile).abs() < 1e-9)
        .map(|(_, us)| *us)
}
