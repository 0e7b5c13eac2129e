//! The hits of a part of a run in blocks of time.

use std::time::Duration;

use hammer_core::{HitCounts, Report, TimelineSlice};
use hammer_stats::{ConfidenceBlocks, Histogram, HistogramSnapshot};

use super::share_blocks::{RatioBlock, RatioBlocks};
use crate::comparison::comparison_outcome::UndecidedReason;

/// The maximum number of blocks.
const MAX_BLOCKS: usize = 20;
/// The minimum number of slices, and of blocks.
const MIN_SLICES: usize = 10;

/// The hits of a part of a run in blocks of time, between which the variance is known.
pub(crate) struct HitBlocks {
    /// done − due, where hits without an answer count as the longest.
    pub(crate) response: ConfidenceBlocks,
    /// done − started, in the same way.
    pub(crate) service: ConfidenceBlocks,
    counts: Vec<BlockCounts>,
}

/// The hits of a block.
#[derive(Default, Clone)]
struct BlockCounts {
    hits: HitCounts,
    started: u64,
    seconds: f64,
    response: Histogram,
    service: Histogram,
}

/// A slice of a load at its place in the plan.
pub(crate) struct PlacedSlice<'a> {
    slice: &'a TimelineSlice,
    /// The middle of the slice, in seconds after the start of the plan.
    middle_s: f64,
}

/// The slices of a load that started `offset_s` seconds after the plan.
pub(crate) fn placed_slices(report: &Report, offset_s: f64) -> Vec<PlacedSlice<'_>> {
    let slices = report.timeline.iter().map(|slice| PlacedSlice {
        slice,
        middle_s: offset_s + slice.t_s as f64 + slice.width_s as f64 / 2.0,
    });
    slices.collect()
}

/// Those of the slices with their middle in a part of the run, in seconds.
pub(crate) fn slices_within<'a>(
    slices: &[PlacedSlice<'a>],
    from_s: f64,
    to_s: f64,
) -> Vec<PlacedSlice<'a>> {
    let within = slices
        .iter()
        .filter(|it| (from_s..to_s).contains(&it.middle_s));
    within
        .map(|&PlacedSlice { slice, middle_s }| PlacedSlice { slice, middle_s })
        .collect()
}

impl PlacedSlice<'_> {
    /// The second of the plan in which the slice begins, which slices of several loads share.
    fn second(&self) -> u64 {
        (self.middle_s - self.slice.width_s as f64 / 2.0) as u64
    }
}

impl HitBlocks {
    /// Divides the time of the slices into at most twenty blocks.
    ///
    /// # Errors
    ///
    /// If there are fewer than ten slices with hits.
    pub(crate) fn new(slices: &[PlacedSlice<'_>]) -> Result<Self, UndecidedReason> {
        let mut seconds: Vec<u64> = slices.iter().map(PlacedSlice::second).collect();
        seconds.sort_unstable();
        seconds.dedup();
        if seconds.len() < MIN_SLICES {
            return Err(UndecidedReason::TooFewSlices);
        }
        let count = seconds.len().min(MAX_BLOCKS);
        let mut blocks = vec![BlockCounts::default(); count];
        for slice in slices {
            let place = seconds.partition_point(|second| *second < slice.second());
            blocks[place * count / seconds.len()].add(slice.slice)?;
        }
        let confidence = |times: fn(&BlockCounts) -> &Histogram| {
            let snapshots = blocks
                .iter()
                .map(|block| HistogramSnapshot::take(times(block)));
            let snapshots: Result<Vec<_>, _> = snapshots.collect();
            let snapshots = snapshots.map_err(|_| UndecidedReason::NotMeasured)?;
            ConfidenceBlocks::new(&snapshots).map_err(|_| UndecidedReason::TooFewSlices)
        };
        Ok(Self {
            response: confidence(|block| &block.response)?,
            service: confidence(|block| &block.service)?,
            counts: blocks,
        })
    }

    /// The hits that were not ok, of all hits that ended.
    pub(crate) fn errors(&self) -> RatioBlocks {
        self.ratio(
            |block| (block.hits.ended() - block.hits.ok) as f64,
            |block| block.hits.ended() as f64,
        )
    }

    /// The hits that were started, of the hits that were due.
    pub(crate) fn started_of_due(&self) -> RatioBlocks {
        self.ratio(
            |block| block.started as f64,
            |block| block.hits.scheduled as f64,
        )
    }

    /// The hits that were answered, per second.
    pub(crate) fn answered_per_second(&self) -> RatioBlocks {
        self.ratio(|block| block.hits.answered() as f64, |block| block.seconds)
    }

    fn ratio(
        &self,
        numerator: fn(&BlockCounts) -> f64,
        denominator: fn(&BlockCounts) -> f64,
    ) -> RatioBlocks {
        let blocks = self.counts.iter().map(|block| RatioBlock {
            numerator: numerator(block),
            denominator: denominator(block),
        });
        RatioBlocks(blocks.collect())
    }
}

impl BlockCounts {
    fn add(&mut self, slice: &TimelineSlice) -> Result<(), UndecidedReason> {
        let measured = slice.measured.as_ref();
        let measured = measured.ok_or(UndecidedReason::NotMeasured)?;
        self.hits += slice.hits;
        self.started = self.started.saturating_add(measured.started);
        self.seconds += slice.width_s as f64;
        for (sum, times) in [
            (&mut self.response, measured.response()),
            (&mut self.service, measured.service()),
        ] {
            sum.merge(&times);
            sum.record_many(Duration::MAX, slice.hits.unanswered());
        }
        Ok(())
    }
}
