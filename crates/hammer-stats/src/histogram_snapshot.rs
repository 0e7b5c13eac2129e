//! Histograms encoded in few bytes.

use std::borrow::Cow;
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
