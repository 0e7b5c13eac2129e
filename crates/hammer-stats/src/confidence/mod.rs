//! Confidence intervals of quantiles of durations that are not independent.

mod confidence_blocks;
mod confidence_error;
mod quantile_confidence;
mod student_t;

pub use confidence_blocks::ConfidenceBlocks;
pub use confidence_error::ConfidenceError;
pub use quantile_confidence::QuantileConfidence;
