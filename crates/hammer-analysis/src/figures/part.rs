//! A part of a run, and its figures.

use hammer_core::{Histogram, HitCounts, OpenOrClosedLoop, ResponseDistribution};

use super::hit_blocks::HitBlocks;
use super::measure::RunIntervals;
use super::run_figures::{HitShare, MeasuredFigure, PartFigures};
use super::time_figure::measure_quantile;
use super::value_precision::ValuePrecision;
use crate::comparison::compared_figure::{ComparedFigure, QuantileTime};
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::statistics::student::student_quantile;

/// A part of a run, such as a load, a stage or a group, or the whole run.
pub(crate) struct RunPart<'a> {
    pub(crate) hits: HitCounts,
    pub(crate) response: &'a Histogram,
    /// `None` if only response is known.
    pub(crate) service: Option<&'a Histogram>,
    /// `None` if a part has no rate of its own.
    pub(crate) achieved: Option<AchievedRate>,
    /// The hits in blocks of time: those of the part, or of more hits at the same time.
    pub(crate) blocks: &'a Result<HitBlocks, UndecidedReason>,
    /// The variance of the share of errors, divided by that of independent hits: errors in a row are
    /// worth few hits. 1 if it is unknown.
    pub(crate) design_effect: f64,
    /// The need for intervals.
    pub(crate) intervals: RunIntervals,
}

/// The achieved rate of a part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AchievedRate {
    pub(crate) per_second: f64,
    /// `None` if loads of both kinds are added up.
    pub(crate) loop_kind: Option<OpenOrClosedLoop>,
    /// True if the number of hits that are due is random.
    pub(crate) is_random: bool,
}

impl RunPart<'_> {
    /// Measures all figures, with intervals if they are needed. Those of times and rates need blocks;
    /// that of errors does not.
    pub(crate) fn figures(&self) -> PartFigures {
        let blocks = self.blocks.as_ref().map_err(|reason| *reason);
        let intervals = blocks.and_then(|it| it.intervals.as_ref().map_err(|reason| *reason));
        let unanswered = self.hits.unanswered();
        let mut figures = PartFigures::new();
        for figure in ComparedFigure::ALL {
            let Some((time, quantile)) = figure.quantile() else {
                continue;
            };
            let (answered, blocks) = match time {
                QuantileTime::Response => (Some(self.response), intervals.map(|it| &it.response)),
                QuantileTime::Service => (self.service, intervals.map(|it| &it.service)),
            };
            let Some(answered) = answered else { continue };
            let hits = ResponseDistribution::new(answered, unanswered);
            let measured = HitShare::new(unanswered, hits.count(), self.design_effect)
                .map_or(MeasuredFigure::NONE, |unanswered| {
                    measure_quantile(hits, unanswered, quantile, blocks)
                });
            figures.insert(figure, measured);
        }
        let ended = self.hits.ended();
        let errors = HitShare::new(ended - self.hits.ok, ended, self.design_effect);
        let errors = errors.map_or(MeasuredFigure::NONE, |share| {
            let confidence = self.intervals.confidence();
            let interval = confidence.map(|confidence| share.interval(confidence));
            MeasuredFigure::share(share, interval)
        });
        figures.insert(ComparedFigure::Errors, errors);
        if let Some(achieved) = self.achieved {
            let rate = achieved.measure(self.hits.scheduled, blocks);
            figures.insert(ComparedFigure::AchievedRate, rate);
        }
        figures
    }
}

impl AchievedRate {
    fn measure(
        self,
        scheduled: u64,
        blocks: Result<&HitBlocks, UndecidedReason>,
    ) -> MeasuredFigure {
        let rate = self.per_second;
        if rate <= 0.0 {
            return MeasuredFigure::NONE;
        }
        let hits = scheduled.max(1) as f64;
        let precision = ValuePrecision::of_count(hits);
        let interval = blocks.and_then(|blocks| {
            let intervals = blocks.intervals.as_ref().map_err(|reason| *reason)?;
            let ratio = match self.loop_kind {
                Some(OpenOrClosedLoop::Open) => blocks.started_of_due(),
                Some(OpenOrClosedLoop::Closed) => blocks.answered_per_second(),
                None => return Err(UndecidedReason::OneValuePerRun),
            };
            let (mean, variance) = ratio
                .ratio_and_variance()
                .filter(|(mean, _)| *mean > 0.0)
                .ok_or(UndecidedReason::NotMeasured)?;
            // The number of hits of a Poisson process varies as well.
            let counting = if self.is_random { 1.0 / hits } else { 0.0 };
            let relative = (variance / mean.powi(2) + counting).sqrt();
            let level = f64::midpoint(1.0, intervals.confidence);
            let half = student_quantile(level, ratio.degrees_of_freedom()) * relative;
            let half = half.max(1.0 / hits);
            Ok((rate * (1.0 - half).max(0.0), rate * (1.0 + half)))
        });
        MeasuredFigure {
            interval,
            ..MeasuredFigure::one_value(rate, precision)
        }
    }
}
