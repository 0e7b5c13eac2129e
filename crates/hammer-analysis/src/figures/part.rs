//! A part of a run, and its figures.

use hammer_core::{Histogram, HitCounts, OpenOrClosedLoop};

use super::hit_blocks::HitBlocks;
use super::run_figures::{MeasuredFigure, PartFigures};
use super::time_figure::measure_quantile;
use crate::comparison::compared_figure::{ComparedFigure, QuantileTime};
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::statistics::student::student_quantile;
use crate::statistics::wilson::wilson_interval;

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
    /// Measures all figures, with intervals of this confidence.
    pub(crate) fn figures(&self, confidence: f64) -> PartFigures {
        let blocks = self.blocks.as_ref().map_err(|reason| *reason);
        let mut figures = PartFigures::new();
        for figure in ComparedFigure::ALL {
            let Some((time, quantile)) = figure.quantile() else {
                continue;
            };
            let (answered, blocks) = match time {
                QuantileTime::Response => (Some(self.response), blocks.map(|it| &it.response)),
                QuantileTime::Service => (self.service, blocks.map(|it| &it.service)),
            };
            let Some(answered) = answered else { continue };
            let unanswered = self.hits.unanswered();
            let measured = measure_quantile(answered, unanswered, quantile, blocks, confidence);
            figures.insert(figure, measured);
        }
        figures.insert(ComparedFigure::Errors, self.errors(blocks, confidence));
        if let Some(achieved) = self.achieved {
            let rate = achieved.measure(self.hits.scheduled, blocks, confidence);
            figures.insert(ComparedFigure::AchievedRate, rate);
        }
        figures
    }

    /// The share of hits that did not end ok, in percent.
    fn errors(
        &self,
        blocks: Result<&HitBlocks, UndecidedReason>,
        confidence: f64,
    ) -> MeasuredFigure {
        let ended = self.hits.ended();
        if ended == 0 {
            return MeasuredFigure::NONE;
        }
        let errors = ended - self.hits.ok;
        // Multiplying first gives the float nearest to the exact quotient, as in thresholds.
        let percent = errors as f64 * 100.0 / ended as f64;
        MeasuredFigure {
            value: Some(percent),
            interval: blocks.map(|blocks| {
                let effective = ended as f64 / blocks.errors().design_effect();
                let share = wilson_interval(percent / 100.0, effective, confidence);
                (share.low * 100.0, share.high * 100.0)
            }),
        }
    }
}

impl AchievedRate {
    fn measure(
        self,
        scheduled: u64,
        blocks: Result<&HitBlocks, UndecidedReason>,
        confidence: f64,
    ) -> MeasuredFigure {
        let rate = self.per_second;
        if rate <= 0.0 {
            return MeasuredFigure::NONE;
        }
        let interval = blocks.and_then(|blocks| {
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
            let counting = if self.is_random {
                1.0 / scheduled.max(1) as f64
            } else {
                0.0
            };
            let relative = (variance / mean.powi(2) + counting).sqrt();
            let level = f64::midpoint(1.0, confidence);
            let half = student_quantile(level, ratio.degrees_of_freedom()) * relative;
            Ok((rate * (1.0 - half).max(0.0), rate * (1.0 + half)))
        });
        MeasuredFigure {
            value: Some(rate),
            interval,
        }
    }
}
