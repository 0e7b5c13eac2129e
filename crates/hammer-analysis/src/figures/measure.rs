//! Measures the figures of a run from its run file.

use hammer_core::{ArrivalProcess, Histogram, HitCounts, IntervalStats, OpenOrClosedLoop};
use hammer_core::{PlanLoadReport, Report, RunFile};

use super::hit_blocks::{
    HitBlocks, PlacedSlice, design_effect_of_slices, placed_slices, slices_within,
};
use super::part::{AchievedRate, RunPart};
use super::run_figures::{MeasuredFigure, RunFigures};
use super::value_precision::ValuePrecision;
use crate::comparison::compared_figure::ComparedFigure;
use crate::comparison::comparison_outcome::UndecidedReason;
use crate::comparison::figure_scope::{FigureScope, StageScope};

/// The need for intervals within a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum RunIntervals {
    /// Intervals of this confidence.
    OfConfidence(f64),
    /// No intervals: there are several runs, which show more.
    NotNeeded,
}

impl RunIntervals {
    /// The confidence of the intervals, or the reason why there are none.
    pub(crate) fn confidence(self) -> Result<f64, UndecidedReason> {
        match self {
            Self::OfConfidence(confidence) => Ok(confidence),
            Self::NotNeeded => Err(UndecidedReason::OneValuePerRun),
        }
    }
}

impl RunFigures {
    /// Measures all figures of the run, of its loads if there are several, and of stages and groups.
    ///
    /// `None` if the run file has no measurements.
    pub(crate) fn of_run(run: &RunFile, intervals: RunIntervals) -> Option<Self> {
        let report = &run.report;
        let mut figures = Self::default();
        let whole = report.measured.as_deref()?;
        let loads = &report.loads;
        let slices = loads
            .iter()
            .flat_map(|load| placed_slices(&load.report, load.offset_s));
        let slices: Vec<_> = slices.collect();
        let blocks = HitBlocks::new(&slices, intervals);
        let mut part = part_of(whole, report.hits, &blocks, &slices, intervals);
        part.achieved = Some(achieved_of(loads, report.rate.achieved));
        let mut all = part.figures();
        if report.generator.cpu_s > 0.0 && report.hits.scheduled > 0 {
            let us = report.generator.cpu_s * 1e6 / report.hits.scheduled as f64;
            let measured = MeasuredFigure::one_value(us, ValuePrecision::THREE_DIGITS);
            all.insert(ComparedFigure::CpuPerHit, measured);
        }
        figures.push(FigureScope::default(), all);
        if let [load] = loads.as_slice() {
            figures.push_parts(&load.report, &FigureScope::default(), &blocks, intervals)?;
            return Some(figures);
        }
        for load in loads {
            let scope = FigureScope {
                load: Some(load.name.clone()),
                ..FigureScope::default()
            };
            let measured = load.report.measured.as_deref()?;
            let slices = placed_slices(&load.report, 0.0);
            let blocks = HitBlocks::new(&slices, intervals);
            let mut part = part_of(measured, load.report.hits, &blocks, &slices, intervals);
            let achieved = load.report.rate.achieved;
            part.achieved = Some(achieved_of(std::slice::from_ref(load), achieved));
            figures.push(scope.clone(), part.figures());
            figures.push_parts(&load.report, &scope, &blocks, intervals)?;
        }
        Some(figures)
    }

    /// Adds the stages and groups of a load, whose own scope and blocks these are.
    fn push_parts(
        &mut self,
        report: &Report,
        scope: &FigureScope,
        blocks: &Result<HitBlocks, UndecidedReason>,
        intervals: RunIntervals,
    ) -> Option<()> {
        let slices = placed_slices(report, 0.0);
        for (index, stage) in report.stages.iter().enumerate() {
            let measured = stage.interval()?;
            let within = slices_within(&slices, stage.t_s, stage.t_s + stage.width_s);
            let own_blocks = HitBlocks::new(&within, intervals);
            let mut part = part_of(&measured, stage.hits, &own_blocks, &within, intervals);
            if own_blocks.is_err() && blocks.is_ok() {
                // In a short stage, errors come in a row as in the other stages.
                part.design_effect = design_effect(blocks, &slices);
            }
            part.achieved = Some(AchievedRate {
                per_second: stage.rate.achieved,
                loop_kind: Some(report.loop_kind),
                is_random: report.arrivals == ArrivalProcess::Poisson,
            });
            let scope = FigureScope {
                stage: Some(StageScope {
                    number: index + 1,
                    stage: stage.stage.clone(),
                }),
                ..scope.clone()
            };
            self.push(scope, part.figures());
        }
        let measured = report.measured.as_deref()?;
        for (index, group) in report.groups.iter().enumerate() {
            if group.is_ungrouped() {
                continue;
            }
            let measured = measured.of_group(index);
            let mut part = part_of(&measured, group.hits, blocks, &slices, intervals);
            part.service = None;
            let scope = FigureScope {
                group: Some(group.name.clone()),
                ..scope.clone()
            };
            self.push(scope, part.figures());
        }
        Some(())
    }
}

/// A part without a rate of its own.
fn part_of<'a>(
    measured: &'a IntervalStats,
    hits: HitCounts,
    blocks: &'a Result<HitBlocks, UndecidedReason>,
    slices: &[PlacedSlice<'_>],
    intervals: RunIntervals,
) -> RunPart<'a> {
    let (response, service): (&Histogram, &Histogram) = (measured.response(), measured.service());
    RunPart {
        hits,
        response,
        service: Some(service),
        achieved: None,
        blocks,
        design_effect: design_effect(blocks, slices),
        intervals,
    }
}

/// The design effect of errors between the blocks of a part, or between its slices if there are too few
/// for blocks.
fn design_effect(blocks: &Result<HitBlocks, UndecidedReason>, slices: &[PlacedSlice<'_>]) -> f64 {
    match blocks {
        Ok(blocks) => blocks.errors().design_effect(),
        Err(_) => design_effect_of_slices(slices),
    }
}

/// The rate that loads achieved together.
fn achieved_of(loads: &[PlanLoadReport], per_second: f64) -> AchievedRate {
    let kinds = || loads.iter().map(|load| load.report.loop_kind);
    let first: Option<OpenOrClosedLoop> = kinds().next();
    let random = |load: &PlanLoadReport| load.report.arrivals == ArrivalProcess::Poisson;
    AchievedRate {
        per_second,
        loop_kind: first.filter(|first| kinds().all(|kind| kind == *first)),
        is_random: loads.iter().any(random),
    }
}
