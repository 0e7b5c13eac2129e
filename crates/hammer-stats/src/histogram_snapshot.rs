//! Histograms encoded in few bytes.

use std::{error, fmt};

use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};

use crate::Histogram;
use crate::histogram::ExactStats;

/// A histogram in few bytes: the size depends on the number of distinct durations, not on the
/// range.
///
/// The buckets are in HdrHistogram's V2 encoding (zig-zag LEB128 counts, runs of zeros as one). The
/// encoding is lossless: [`histogram`](Self::histogram) returns an equal histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramSnapshot {
    buckets: Box<[u8]>,
    exact: ExactStats,
}

impl HistogramSnapshot {
    /// Encodes `histogram`.
    ///
    /// # Errors
    ///
    /// If a bucket counts more than 2⁶³ durations.
    pub fn take(histogram: &Histogram) -> Result<Self, HistogramSnapshotError> {
        let mut buckets = vec![];
        if !histogram.is_empty() {
            V2Serializer::new()
                .serialize(&histogram.buckets, &mut buckets)
                .map_err(|_| HistogramSnapshotError)?;
        }
        Ok(Self {
            buckets: buckets.into_boxed_slice(),
            exact: histogram.exact,
        })
    }

    /// Decodes the histogram.
    ///
    /// # Errors
    ///
    /// If the bytes are not a valid snapshot.
    pub fn histogram(&self) -> Result<Histogram, HistogramSnapshotError> {
        let mut histogram = Histogram::new();
        if !self.buckets.is_empty() {
            let read: hdrhistogram::Histogram<u64> = Deserializer::new()
                .deserialize(&mut &self.buckets[..])
                .map_err(|_| HistogramSnapshotError)?;
            histogram
                .buckets
                .add(&read)
                .map_err(|_| HistogramSnapshotError)?;
        }
        histogram.exact = self.exact;
        Ok(histogram)
    }

    /// The size in memory, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.buckets.len()
    }
}

/// A histogram that could not be encoded or decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistogramSnapshotError;

impl fmt::Display for HistogramSnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot encode or decode the histogram")
    }
}

impl error::Error for HistogramSnapshotError {}
