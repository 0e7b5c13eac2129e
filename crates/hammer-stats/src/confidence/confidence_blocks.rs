//! The durations of a run in blocks of time, between which the variance is known.

use super::slice_blocks::MIN_SLICES;
use super::student_t::t_95;
use super::{ConfidenceError, QuantileConfidence, QuantileLimits, SliceBlocks};
use crate::{Histogram, HistogramSnapshot};

/// Consecutive slices of time in at most 20 blocks, for the confidence of quantiles.
///
/// Hits that share a queue, a pause or a cache are not independent, and 60,000 of them can be worth
/// 2,000. The method needs no assumption about how they depend on each other, except that blocks of
/// time hardly do. For a quantile *p* of *n* hits, with the value *q*:
///
/// ```text
/// x_b, n_b   the hits of block b above q, and all of its hits; b = 1 … B
/// d_b        x_b − (1 − p) n_b
/// var        B/(B−1) · Σ d_b² / n²              of the share above q, a ratio of sums
/// D          max(1, var / (p (1−p) / n))        the design effect
/// s          t(B−1) · √(D p (1−p) / n)          for 95 %, t = 2.093 if B = 20
/// interval   [F⁻¹(p − s), F⁻¹(p + s)]           of all hits
/// ```
///
/// Hits in the bucket of *q* count as above *q* in that part that makes the share of all hits 1 − *p*.
///
/// Sources: R. S. Woodruff, Confidence intervals for medians and other position measures, JASA 47
/// (1952), for the interval; W. G. Cochran, Sampling Techniques (1977), section 6, for the ratio; L. Kish,
/// Survey Sampling (1965), for the design effect.
#[derive(Debug, Clone)]
pub struct ConfidenceBlocks {
    total: Histogram,
    blocks: Vec<Histogram>,
}

impl ConfidenceBlocks {
    /// Makes blocks of consecutive slices of time, as even in number as possible.
    ///
    /// Slices without hits are left out.
    ///
    /// # Errors
    ///
    /// [`ConfidenceError::TooFewSlices`] if fewer than ten slices have hits.
    pub fn new<'a>(
        slices: impl IntoIterator<Item = &'a HistogramSnapshot>,
    ) -> Result<Self, ConfidenceError> {
        let slices: Vec<_> = (slices.into_iter())
            .filter(|slice| slice.count() > 0)
            .collect();
        let division = SliceBlocks::new(slices.len())?;
        let mut blocks = vec![Histogram::new(); division.count()];
        for (index, slice) in slices.iter().enumerate() {
            // Snapshots are checked when they are read.
            let durations = slice.histogram().unwrap_or_default();
            blocks[division.block_of(index)].merge(&durations);
        }
        Self::of_blocks(blocks)
    }

    /// Takes blocks of consecutive slices of time, as [`SliceBlocks`] divides them.
    ///
    /// Blocks without hits are left out.
    ///
    /// # Errors
    ///
    /// [`ConfidenceError::TooFewSlices`] if fewer than ten blocks have hits.
    pub fn of_blocks(mut blocks: Vec<Histogram>) -> Result<Self, ConfidenceError> {
        blocks.retain(|block| !block.is_empty());
        if blocks.len() < MIN_SLICES {
            return Err(ConfidenceError::TooFewSlices {
                found: blocks.len(),
                needed: MIN_SLICES,
            });
        }
        let mut total = Histogram::new();
        blocks.iter().for_each(|block| total.merge(block));
        Ok(Self { total, blocks })
    }

    /// All durations of the slices.
    #[must_use]
    pub fn total(&self) -> &Histogram {
        &self.total
    }

    /// The number of blocks, from 10 to 20.
    #[must_use]
    pub fn count(&self) -> usize {
        self.blocks.len()
    }

    /// The interval of 95 % of a quantile (0 to 1, exclusive).
    ///
    /// # Errors
    ///
    /// [`ConfidenceError::TooFewHits`] if fewer than ten effective hits lie beyond the quantile.
    pub fn confidence(&self, quantile: f64) -> Result<QuantileConfidence, ConfidenceError> {
        self.interval(quantile, self.t_95()).checked()
    }

    /// The interval of a quantile (0 to 1, exclusive) that reaches `t` standard errors to each side,
    /// however few hits lie beyond the quantile.
    ///
    /// For another confidence than 95 %, `t` is a quantile of Student's t with one degree of freedom
    /// less than there are [blocks](Self::count).
    #[must_use]
    pub fn interval(&self, quantile: f64, t: f64) -> QuantileConfidence {
        let limits = self.limits(quantile, self.total.count(), t);
        QuantileConfidence {
            quantile,
            value: self.total.quantile(quantile),
            low: self.total.quantile(limits.low),
            high: self.total.quantile(limits.high),
            design_effect: limits.design_effect,
            effective_hits: limits.effective_hits,
            degrees_of_freedom: self.blocks.len() - 1,
        }
    }

    /// The quantiles between which the interval of a quantile of `hits` lies, `t` standard errors to
    /// each side.
    ///
    /// The hits may be a part of those in the blocks, such as a group. Their interval has the design
    /// effect of all: hits of a part are fewer per pause or queue, so their own effect is hardly larger.
    /// Hits without an answer may be among them, if they are in the blocks as the longest durations.
    #[must_use]
    pub fn limits(&self, quantile: f64, hits: u64, t: f64) -> QuantileLimits {
        QuantileLimits::new(quantile, hits, self.design_effect(quantile), t)
    }

    /// Student's t of an interval of 95 %.
    #[must_use]
    pub fn t_95(&self) -> f64 {
        t_95(self.blocks.len() - 1)
    }

    /// The variance of the share above a quantile, divided by that of independent hits; at least 1.
    fn design_effect(&self, quantile: f64) -> f64 {
        let value = self.total.quantile(quantile);
        let (all, beyond) = (self.total.count() as f64, 1.0 - quantile);
        let (at, above) = self.total.count_at_and_above(value);
        // The part of the hits in the bucket that counts as above.
        let part = match at {
            0 => 0.0,
            at => ((beyond * all - above as f64) / at as f64).clamp(0.0, 1.0),
        };
        let squares: f64 = (self.blocks.iter())
            .map(|block| {
                let (at, above) = block.count_at_and_above(value);
                let found = above as f64 + part * at as f64;
                (found - beyond * block.count() as f64).powi(2)
            })
            .sum();
        let count = self.blocks.len() as f64;
        let variance = count / (count - 1.0) * squares / all.powi(2);
        let effect = variance / (quantile * beyond / all);
        if effect.is_finite() {
            effect.max(1.0)
        } else {
            1.0
        }
    }
}
