//! The rate of a load that does not change.

use hammer_core::{Report, Shape};

/// The requested rate of a load; `None` if it changes, or in a closed loop.
pub(crate) fn constant_rate(report: &Report) -> Option<f64> {
    let shape: Shape = report.shape.parse().ok()?;
    shape.rate()?;
    report.rate.requested
}
