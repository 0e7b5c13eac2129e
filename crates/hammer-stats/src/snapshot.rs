use std::{error, fmt};

use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};

use crate::Histogram;
use crate::histogram::Exact;

/// A histogram in few bytes: its size follows how many different times were seen, not the range.
///
/// The buckets are in HdrHistogram's V2 encoding (zig-zag LEB128 counts, runs of zeros as one).
/// Nothing is lost: [`histogram`](Self::histogram) gives back what was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    buckets: Box<[u8]>,
    exact: Exact,
}

impl Snapshot {
    /// Takes down what `histogram` holds.
    ///
    /// # Errors
    ///
    /// If a bucket has counted more than 2⁶³ times.
    pub fn take(histogram: &Histogram) -> Result<Self, SnapshotError> {
        let mut buckets = vec![];
        if !histogram.is_empty() {
            V2Serializer::new()
                .serialize(&histogram.micros, &mut buckets)
                .map_err(|_| SnapshotError)?;
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
    pub fn histogram(&self) -> Result<Histogram, SnapshotError> {
        let mut histogram = Histogram::new();
        if !self.buckets.is_empty() {
            let read: hdrhistogram::Histogram<u64> = Deserializer::new()
                .deserialize(&mut &self.buckets[..])
                .map_err(|_| SnapshotError)?;
            histogram.micros.add(&read).map_err(|_| SnapshotError)?;
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
pub struct SnapshotError;

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the histogram does not fit its encoding")
    }
}

impl error::Error for SnapshotError {}
