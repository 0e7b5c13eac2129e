//! The hits of a part of a run in blocks of time.

use std::collections::BTreeMap;
use std::time::Duration;

use hammer_core::{HitCounts, Report, SliceMeasurements, TimelineSlice};
use hammer_stats::{ConfidenceBlocks, Histogram, SliceBlocks};

use super::measure::RunIntervals;
use super::share_blocks::{RatioBlock, RatioBlocks};
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::statistics::student::{normal_quantile, student_quantile};

/// The hits of a part of a run in blocks of time, between which the variance is known.
pub(crate) struct HitBlocks {
    /// The blocks that intervals are made of, or the reason why there are none.
    pub(crate) intervals: Result<IntervalBlocks, UndecidedReason>,
    counts: Vec<BlockCounts>,
}

/// The times of hits in blocks, for intervals.
pub(crate) struct IntervalBlocks {
    /// The confidence of the intervals, from 0 to 1.
    pub(crate) confidence: f64,
    /// done − due, where hits without an answer count as the longest.
    pub(crate) response: TimeBlocks,
    /// done − started, in the same way.
    pub(crate) service: TimeBlocks,
}

/// Times in blocks, with Student's t for intervals between them.
pub(crate) struct TimeBlocks {
    pub(crate) blocks: ConfidenceBlocks,
    pub(crate) t: f64,
}

/// The hits of a block.
#[derive(Default, Clone)]
struct BlockCounts {
    hits: HitCounts,
    started: u64,
    seconds: f64,
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

/// The design effect of errors in a part with too few slices for blocks.
///
/// Each second is a block. Student's t widens the interval, as for so few blocks: the effect has the square
/// of its ratio to the quantile of the normal distribution.
pub(crate) fn design_effect_of_slices(slices: &[PlacedSlice<'_>]) -> f64 {
    let mut seconds: BTreeMap<u64, HitCounts> = BTreeMap::new();
    for slice in slices {
        *seconds.entry(slice.second()).or_default() += slice.slice.hits;
    }
    let blocks = seconds.values().map(|hits| RatioBlock {
        numerator: (hits.ended() - hits.ok) as f64,
        denominator: hits.ended() as f64,
    });
    let blocks = RatioBlocks(blocks.collect());
    let effect = blocks.design_effect();
    if effect <= 1.0 {
        return 1.0;
    }
    let t = student_quantile(0.975, blocks.degrees_of_freedom());
    effect * (t / normal_quantile(0.975)).powi(2)
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
    /// If there are fewer than ten slices.
    pub(crate) fn new(
        slices: &[PlacedSlice<'_>],
        intervals: RunIntervals,
    ) -> Result<Self, UndecidedReason> {
        let mut seconds: Vec<u64> = slices.iter().map(PlacedSlice::second).collect();
        seconds.sort_unstable();
        seconds.dedup();
        let division = SliceBlocks::new(seconds.len());
        let division = division.map_err(|_| UndecidedReason::TooFewSlices)?;
        let block_of = |slice: &PlacedSlice<'_>| {
            division.block_of(seconds.partition_point(|second| *second < slice.second()))
        };
        let mut counts = vec![BlockCounts::default(); division.count()];
        for slice in slices {
            counts[block_of(slice)].add(slice.slice)?;
        }
        let times = |confidence: f64, of: fn(&SliceMeasurements) -> Histogram| {
            TimeBlocks::new(slices, division.count(), block_of, confidence, of)
        };
        let intervals = match intervals.confidence() {
            Err(reason) => Err(reason),
            Ok(confidence) => Ok(IntervalBlocks {
                confidence,
                response: times(confidence, SliceMeasurements::response)?,
                service: times(confidence, SliceMeasurements::service)?,
            }),
        };
        Ok(Self { intervals, counts })
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

impl TimeBlocks {
    /// Puts the times of slices into blocks, and hits without an answer as the longest.
    fn new(
        slices: &[PlacedSlice<'_>],
        count: usize,
        block_of: impl Fn(&PlacedSlice<'_>) -> usize,
        confidence: f64,
        times: fn(&SliceMeasurements) -> Histogram,
    ) -> Result<Self, UndecidedReason> {
        let mut blocks = vec![Histogram::new(); count];
        for placed in slices {
            let block = &mut blocks[block_of(placed)];
            let slice = placed.slice;
            block.merge(&slice.measured.as_ref().map(times).unwrap_or_default());
            block.record_many(Duration::MAX, slice.hits.unanswered());
        }
        // A run file may say anything. A sum that overflows saturates.
        let hits = (blocks.iter()).try_fold(0_u64, |sum, block| sum.checked_add(block.count()));
        if hits.is_none_or(|hits| hits == u64::MAX) {
            return Err(UndecidedReason::NotMeasured);
        }
        let blocks = ConfidenceBlocks::of_blocks(blocks);
        let blocks = blocks.map_err(|_| UndecidedReason::TooFewSlices)?;
        let degrees = blocks.count() as f64 - 1.0;
        let t = student_quantile(f64::midpoint(1.0, confidence), degrees);
        Ok(Self { blocks, t })
    }
}

impl BlockCounts {
    fn add(&mut self, slice: &TimelineSlice) -> Result<(), UndecidedReason> {
        let measured = slice.measured.as_ref();
        let measured = measured.ok_or(UndecidedReason::NotMeasured)?;
        self.hits += slice.hits;
        self.started = self.started.saturating_add(measured.started);
        self.seconds += slice.width_s as f64;
        Ok(())
    }
}
