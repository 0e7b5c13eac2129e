//! Latency histograms that merge exactly, slice by the second and cost nanoseconds.
//!
//! ```
//! use std::time::Duration;
//! use hammer_stats::Histogram;
//!
//! let mut one = Histogram::new();
//! let mut other = Histogram::new();
//! one.record(Duration::from_micros(100));
//! other.record(Duration::from_micros(300));
//! one.merge(&other);
//! assert_eq!(one.count(), 2);
//! assert_eq!(one.mean(), Duration::from_micros(200));
//! assert_eq!(one.quantile(1.0), Duration::from_micros(300));
//! ```

mod confidence;
mod histogram;
mod histogram_bucket;
mod histogram_snapshot;
mod histogram_snapshot_json;
mod interval_log;
mod percentile_spectrum;
mod time_series;
mod v2_encoding;

pub use confidence::{
    ConfidenceBlocks, ConfidenceError, QuantileConfidence, QuantileLimits, SliceBlocks,
};
pub use histogram::Histogram;
pub use histogram_bucket::HistogramBucket;
pub use histogram_snapshot::{HistogramSnapshot, HistogramSnapshotError};
pub use interval_log::IntervalLog;
pub use percentile_spectrum::PercentileTick;
pub use time_series::{MergeableValue, TimeBucket, TimeSeries};
