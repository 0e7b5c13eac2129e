//! The blocks of slices that tell how sure percentiles are.

use hammer_core::Report;
use hammer_stats::{ConfidenceBlocks, ConfidenceError, HistogramSnapshot};

/// Returns the response of a load in blocks of slices.
///
/// # Errors
///
/// If too few slices have hits.
pub(crate) fn confidence_blocks(report: &Report) -> Result<ConfidenceBlocks, ConfidenceError> {
    let slices = report.timeline.iter().filter_map(|slice| {
        let response = slice.measured.as_ref()?.response();
        HistogramSnapshot::take(&response).ok()
    });
    let slices: Vec<HistogramSnapshot> = slices.collect();
    ConfidenceBlocks::new(&slices)
}
