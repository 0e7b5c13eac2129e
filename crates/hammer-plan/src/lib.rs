//! Plans and thresholds: what is to be hit and what must hold, as text.
//!
//! ```
//! use hammer_plan::Threshold;
//!
//! let threshold: Threshold = "p99.9 <= 1.5s".parse()?;
//! assert_eq!(threshold.to_string(), "p99.9 <= 1.5s");
//!
//! let error = "p99 < 250".parse::<Threshold>().unwrap_err();
//! assert_eq!(error.to_string(), "250 has no unit; right would be 250ms");
//! assert_eq!(error.place(), 6..9);
//! # Ok::<(), hammer_plan::ThresholdError>(())
//! ```
//!
//! `docs/THRESHOLDS.md` has the grammar, and every figure there is.

mod threshold;

pub use threshold::{Measured, Scope, StageName, Threshold, ThresholdError, TimeOf};
