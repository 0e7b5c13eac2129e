//! The slices of a report in blocks, and the confidence that follows.

use hammer_stats::{ConfidenceBlocks, ConfidenceError, HistogramSnapshot};

use crate::report::report::Report;
use crate::report::slice_measurements::SliceMeasurements;
use crate::report::summary_confidence::SummaryConfidence;

impl Report {
    /// The responses in blocks of slices of time, for the confidence of any quantile.
    ///
    /// # Errors
    ///
    /// If fewer than ten slices have answered hits, as in a report read from JSON, which has none.
    pub fn response_blocks(&self) -> Result<ConfidenceBlocks, ConfidenceError> {
        ConfidenceBlocks::new(self.snapshots(SliceMeasurements::response_snapshot))
    }

    /// The service times in blocks of slices of time, for the confidence of any quantile.
    ///
    /// # Errors
    ///
    /// If fewer than ten slices have answered hits, as in a report read from JSON, which has none.
    pub fn service_blocks(&self) -> Result<ConfidenceBlocks, ConfidenceError> {
        ConfidenceBlocks::new(self.snapshots(SliceMeasurements::service_snapshot))
    }

    /// Sets the confidence of response and service, from the slices.
    pub(crate) fn set_confidence(&mut self) {
        let slices = self.snapshots(SliceMeasurements::response_snapshot).count();
        if slices == 0 {
            return;
        }
        let response = SummaryConfidence::new(slices, self.response_blocks().as_ref());
        let service = SummaryConfidence::new(slices, self.service_blocks().as_ref());
        self.response_us.ci95 = Some(response);
        self.service_us.ci95 = Some(service);
    }

    fn snapshots(
        &self,
        of: fn(&SliceMeasurements) -> Option<&HistogramSnapshot>,
    ) -> impl Iterator<Item = &HistogramSnapshot> {
        (self.timeline.iter()).filter_map(move |slice| of(slice.measured.as_ref()?))
    }
}
