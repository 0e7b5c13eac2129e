//! Histograms encoded in few bytes.

use std::borrow::Cow;
use std::time::Duration;
use std::{error, fmt};

use crate::Histogram;
use crate::histogram::ExactStats;
use crate::v2_encoding;

/// A histogram in few bytes: the size depends on the number of distinct durations, not on the
/// range.
///
/// The buckets are in HdrHistogram's V2 encoding (zig-zag LEB128 counts, runs of zeros as one). The
/// encoding is lossless: [`histogram`](Self::histogram) returns an equal histogram. Equal histograms
/// have equal snapshots.
///
/// With serde, a snapshot is an object. `v2` is the base64 (RFC 4648, section 4) of the buckets, and
/// empty if nothing was recorded. The other keys are exact. `sum_ns` is an integer, or a decimal string
/// from 2⁶⁴:
///
/// ```json
/// {"v2": "HISTEw…", "count": 3, "sum_ns": 1200000, "min_ns": 90000, "max_ns": 1010000, "saturated": 0}
/// ```
///
/// Reading checks that buckets and exact figures agree, so that a snapshot is always valid. It takes
/// memory in proportion to the text, and refuses buckets beyond those of a histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramSnapshot {
    pub(crate) buckets: Box<[u8]>,
    pub(crate) exact: ExactStats,
}

impl HistogramSnapshot {
    /// Encodes `histogram`.
    ///
    /// # Errors
    ///
    /// If a bucket counts more than 2⁶³ durations.
    pub fn take(histogram: &Histogram) -> Result<Self, HistogramSnapshotError> {
        let buckets = match histogram.is_empty() {
            true => Box::default(),
            false => v2_encoding::encode(&histogram.buckets)?,
        };
        Ok(Self {
            buckets,
            exact: histogram.exact,
        })
    }

    /// Decodes the histogram.
    ///
    /// # Errors
    ///
    /// None for a snapshot that was [taken](Self::take) or read.
    pub fn histogram(&self) -> Result<Histogram, HistogramSnapshotError> {
        let mut histogram = Histogram::new();
        if !self.buckets.is_empty() {
            histogram
                .buckets
                .add(&v2_encoding::decode(&self.buckets)?)
                .map_err(|_| HistogramSnapshotError::new("the buckets do not fit"))?;
        }
        histogram.exact = self.exact;
        Ok(histogram)
    }

    /// Returns a snapshot in fewer bytes, whose durations have `bits` significant binary digits.
    ///
    /// The largest error of a duration is 2^−bits of it: 0.8 % with seven. Count, sum, minimum and maximum
    /// stay exact.
    ///
    /// # Errors
    ///
    /// None for a snapshot that was [taken](Self::take) or read.
    pub fn coarser(&self, bits: u32) -> Result<Self, HistogramSnapshotError> {
        let fine = self.histogram()?;
        let durations: Vec<_> = (fine.recorded())
            .map(|bucket| (micros(bucket.low), bucket.count))
            .collect();
        let [(first, _), .., (last, _)] = *durations else {
            return Ok(self.clone());
        };
        let mut coarse = Histogram::new();
        for (us, count) in durations {
            // The minimum and the maximum are in the first and the last bucket.
            let is_inside = (first + 1..last).contains(&us);
            let us = if is_inside {
                rounded(us, bits).clamp(first, last)
            } else {
                us
            };
            coarse.record_many(Duration::from_micros(us), count);
        }
        Ok(Self {
            buckets: v2_encoding::encode(&coarse.buckets)?,
            exact: self.exact,
        })
    }

    /// The number of recorded durations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.exact.count
    }

    /// The size in memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.buckets.len()
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The middle of the numbers that begin with the same `bits` binary digits as this one.
fn rounded(number: u64, bits: u32) -> u64 {
    let digits = u64::BITS - number.leading_zeros();
    let dropped = digits.saturating_sub(bits);
    (number >> dropped << dropped) + (1 << dropped) / 2
}

/// A histogram that could not be encoded or decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramSnapshotError(Cow<'static, str>);

impl HistogramSnapshotError {
    pub(crate) fn new(problem: impl Into<Cow<'static, str>>) -> Self {
        Self(problem.into())
    }
}

impl fmt::Display for HistogramSnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "histogram: {}", self.0)
    }
}

impl error::Error for HistogramSnapshotError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarser_snapshot_is_smaller_and_keeps_exact_figures() {
        let mut histogram = Histogram::new();
        for index in 0..40_000_u64 {
            histogram.record(Duration::from_nanos(2_000_321 + index * 97_003));
        }
        let fine = HistogramSnapshot::take(&histogram).expect("a snapshot");
        let coarse = fine.coarser(7).expect("a snapshot");
        assert!(
            coarse.size() < fine.size() / 4,
            "{} of {}",
            coarse.size(),
            fine.size()
        );
        let json = serde_json::to_string(&coarse).expect("JSON");
        let read: HistogramSnapshot = serde_json::from_str(&json).expect("a valid snapshot");
        let read = read.histogram().expect("a histogram");
        assert_eq!(read.exact, histogram.exact);
        for quantile in [0.0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let [found, exact] = [&read, &histogram].map(|it| it.quantile(quantile).as_secs_f64());
            assert!(
                (found / exact - 1.0).abs() < 0.009,
                "{quantile}: {found}, {exact}"
            );
        }
    }

    #[test]
    fn few_and_short_durations_are_not_changed() {
        for times in [&[][..], &[7], &[5_000, 5_100], &[1, 2, 3, 100, 127]] {
            let mut histogram = Histogram::new();
            times
                .iter()
                .for_each(|us| histogram.record(Duration::from_micros(*us)));
            let fine = HistogramSnapshot::take(&histogram).expect("a snapshot");
            assert_eq!(fine.coarser(7), Ok(fine), "{times:?}");
        }
    }
}
