//! Confidence intervals of quantiles of durations that are not independent.

mod confidence_blocks;
mod confidence_error;
mod quantile_confidence;
mod quantile_limits;
mod slice_blocks;
mod student_t;

pub use confidence_blocks::ConfidenceBlocks;
pub use confidence_error::ConfidenceError;
pub use quantile_confidence::QuantileConfidence;
pub use quantile_limits::QuantileLimits;
pub use slice_blocks::SliceBlocks;
