//! The detail of the histograms in a run file.

/// The detail of the histograms in a run file that has little room.
///
/// Histograms of a whole load are always written in full, and so are all figures of the report. The
/// others can have fewer [binary digits](hammer_stats::HistogramSnapshot::coarser).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunFileDetail {
    /// The binary digits of durations in slices of time; `None` for all.
    pub slice_bits: Option<u32>,
    /// The binary digits of durations in stages and groups; `None` for all.
    pub part_bits: Option<u32>,
}
