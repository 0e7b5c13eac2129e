use std::{error, fmt};

use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};

use crate::Histogram;
use crate::histogram::ExactStats;

/// A histogram in few bytes: its size follows how many different times were seen, not the range.
///
/// The buckets are in HdrHistogram's V2 encoding (zig-zag LEB128 counts, runs of zeros as one).
/// Nothing is lost: [`histogram`](Self::histogram) gives back what was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramSnapshot {
    buckets: Box<[u8]>,
    exact: ExactStats,
}

impl HistogramSnapshot {
    /// Takes down what `histogram` holds.
    ///
    /// # Errors
    ///
    /// If a bucket has counted more than 2⁶³ times.
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

    /// The histogram that was taken down.
    ///
    /// # Errors
    ///
    /// If the bytes are not those of a snapshot.
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

    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.buckets.len()
    }
}

/// A histogram could not be taken down, or not be read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistogramSnapshotError;

impl fmt::Display for HistogramSnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the histogram does not fit its encoding")
    }
}

impl error::Error for HistogramSnapshotError {}
