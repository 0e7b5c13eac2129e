//! A thread of the generator in the last second.

use std::time::Duration;

/// A thread of the generator in the last second.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ThreadView {
    /// The share of the time that it was running, if known.
    pub(crate) busy: Option<f64>,
    /// The share of the time that it was ready to run and had no core, if known.
    pub(crate) no_core: Option<f64>,
    /// The longest stall of its loop since the start.
    pub(crate) longest_stall: Duration,
    /// True if the longest stall grew in the last second.
    pub(crate) stalled: bool,
}
