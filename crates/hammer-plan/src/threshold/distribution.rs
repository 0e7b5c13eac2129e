use hammer_core::{Histogram, Summary};

use super::figure::Statistic;

/// A distribution of times, with the ones that have no end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Distribution<'a> {
    pub(crate) source: Source<'a>,
    /// How many hits count as infinitely slow.
    pub(crate) infinite: u64,
}

/// Where the finite times are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source<'a> {
    /// All of them.
    Histogram(&'a Histogram),
    /// All that is left of a report that was read from JSON.
    Summary(&'a Summary),
}

impl Distribution<'_> {
    /// The statistic in microseconds; none if there is nothing to measure, or if a summary does not
    /// tell.
    pub(crate) fn statistic(self, statistic: Statistic) -> Option<f64> {
        let finite = match self.source {
            Source::Histogram(histogram) => histogram.count(),
            Source::Summary(summary) => summary.count,
        };
        let all = finite.saturating_add(self.infinite);
        if all == 0 {
            return None;
        }
        let rank = match statistic {
            Statistic::Percentile(percentile) => percentile.rank(all),
            Statistic::Min => 1,
            // One hit without an end makes the mean infinite, and the greatest as well.
            Statistic::Mean | Statistic::Max => all,
        };
        if rank > finite {
            return Some(f64::INFINITY);
        }
        match self.source {
            Source::Histogram(histogram) => Some(in_histogram(histogram, statistic, rank)),
            Source::Summary(summary) => in_summary(summary, statistic, self.infinite),
        }
    }
}

fn in_histogram(histogram: &Histogram, statistic: Statistic, rank: u64) -> f64 {
    let time = match statistic {
        Statistic::Min => histogram.min(),
        Statistic::Mean => histogram.mean(),
        Statistic::Max => histogram.max(),
        // Half a hit below the rank: rounding up gives the rank, whatever the float lost.
        Statistic::Percentile(_) => {
            histogram.quantile((rank as f64 - 0.5) / histogram.count() as f64)
        }
    };
    time.as_nanos() as f64 / 1e3
}

fn in_summary(summary: &Summary, statistic: Statistic, infinite: u64) -> Option<f64> {
    let percentile = match statistic {
        Statistic::Min => return Some(summary.min),
        Statistic::Mean => return Some(summary.mean),
        Statistic::Max => return Some(summary.max),
        // Hits without an answer move the percentile to one that the summary does not have.
        Statistic::Percentile(_) if infinite > 0 => return None,
        Statistic::Percentile(percentile) => percentile.percent(),
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
