//! A search while it lasts: the looks that it makes, and their results.

use std::time::{Duration, Instant};

use hammer_analysis::{
    Capacity, CapacitySearch, CapacityStatus, FinishedLook, LookOutcome, LookPurpose, LookReport,
    PlannedLook, RecoveryReport, SearchStep,
};
use hammer_core::{
    PlanLoadReport, PlanReport, Report, ResponseDistribution, RunEvent, RunFile, Shape, StopHandle,
};
use hammer_plan::SubstitutedVariables;

use super::find_args::FindArgs;
use super::look_files::LookFiles;
use super::look_judge::{JudgedLook, LookJudge};
use super::look_limits::LookLimits;
use super::recovery::{self, RecoveryPlan};
use super::search_progress::SearchProgress;
use super::{rate_of, rounded};
use crate::error::Error;
use crate::execution::{Look, mask_report};

/// The rates of the curve, in tenths of the answer.
const CURVE_TENTHS: std::ops::RangeInclusive<u64> = 1..=11;

/// A search while it lasts.
pub(super) struct SearchRun<'a> {
    args: &'a FindArgs,
    search: CapacitySearch,
    judge: LookJudge,
    limits: LookLimits,
    files: Option<LookFiles>,
    /// Environment variables whose values outputs must not repeat.
    variables: SubstitutedVariables,
    progress: SearchProgress,
    /// Ends the search.
    stop: StopHandle,
    current: Option<CurrentLook>,
    number: u64,
    /// The next level of the curve, in tenths of the answer.
    curve_level: u64,
    pub(super) looks: Vec<LookReport>,
    pub(super) curve: Vec<LookReport>,
    pub(super) recovery: Option<RecoveryReport>,
    pub(super) answer: Option<Capacity>,
    pub(super) hammer: String,
    /// The reason of the last look that was void.
    pub(super) void_reason: Option<String>,
    pub(super) errors: Vec<String>,
}

/// The look that runs.
struct CurrentLook {
    kind: LookKind,
    rate: f64,
    planned: Duration,
    rest: Duration,
    max_in_flight: usize,
    started: Instant,
    stop: StopHandle,
}

/// The part of the search that a look is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LookKind {
    Search(LookPurpose),
    Curve,
    Recovery,
}

impl<'a> SearchRun<'a> {
    pub(super) fn new(
        args: &'a FindArgs,
        judge: LookJudge,
        limits: LookLimits,
        variables: &SubstitutedVariables,
        stop: &StopHandle,
    ) -> Result<Self, Error> {
        Ok(Self {
            search: CapacitySearch::new(args.settings()),
            judge,
            limits,
            variables: variables.clone(),
            files: args.keep().map(LookFiles::open).transpose()?,
            progress: SearchProgress::new(args.quiet()),
            stop: stop.clone(),
            current: None,
            number: 0,
            curve_level: *CURVE_TENTHS.start(),
            looks: vec![],
            curve: vec![],
            recovery: None,
            answer: None,
            hammer: String::new(),
            void_reason: None,
            errors: vec![],
            args,
        })
    }

    /// Plans the next look, or returns `None` at the end of the search.
    pub(super) fn next_look(&mut self) -> Option<Look> {
        if self.stop.is_requested() {
            return None;
        }
        if self.answer.is_none() {
            match self.search.next() {
                SearchStep::Look(planned) => return self.begin_search_look(&planned),
                SearchStep::Ended(answer) => self.answer = Some(answer),
            }
        }
        let confirmed = |answer: &Capacity| match answer.status {
            CapacityStatus::Confirmed | CapacityStatus::AtLeast => answer.rate,
            _ => None,
        };
        let rate = self.answer.as_ref().and_then(confirmed)?;
        if self.args.curve() && CURVE_TENTHS.contains(&self.curve_level) {
            let level = rounded(rate * self.curve_level as f64 / 10.0);
            self.curve_level += 1;
            let settings = self.args.settings();
            return self.begin(LookKind::Curve, level, settings.look, settings.rest);
        }
        if self.args.recovery() && self.recovery.is_none() {
            let plan = RecoveryPlan::new(rate)?;
            let length = plan.length();
            let look = self.begin(
                LookKind::Recovery,
                plan.overload,
                length,
                self.args.settings().rest,
            )?;
            return Some(Look {
                shape: plan.shape,
                settle: Duration::ZERO,
                ..look
            });
        }
        None
    }

    fn begin_search_look(&mut self, planned: &PlannedLook) -> Option<Look> {
        let kind = LookKind::Search(planned.purpose);
        self.begin(kind, planned.rate, planned.length, planned.rest)
    }

    /// Begins a look. Without a rate that the schedule can have, there is none.
    fn begin(
        &mut self,
        kind: LookKind,
        rate: f64,
        length: Duration,
        rest: Duration,
    ) -> Option<Look> {
        self.number += 1;
        let stop = self.stop.child();
        let max_in_flight = self.limits.max_in_flight(rate);
        let shape = Shape::constant(rate_of(rate)?);
        self.judge.begin(&shape, length);
        self.progress.begin(self.number, rate, length);
        let rest = if self.number == 1 {
            Duration::ZERO
        } else {
            rest
        };
        self.current = Some(CurrentLook {
            kind,
            rate,
            planned: length,
            rest,
            max_in_flight,
            started: Instant::now(),
            stop: stop.clone(),
        });
        Some(Look {
            number: self.number,
            shape,
            length,
            settle: self.args.settings().settle,
            rest,
            max_in_flight,
            stop,
        })
    }

    /// Handles an event of the look that runs. One that is certain to fail ends.
    pub(super) fn on_event(&mut self, event: &RunEvent<'_>) {
        self.progress.on_event(event);
        let Some(current) = &self.current else { return };
        if let RunEvent::Tick(tick) = event
            && matches!(current.kind, LookKind::Search(_))
            && self.judge.fails_for_certain(tick)
        {
            current.stop.drain();
        }
    }

    /// Records the report of a look, and returns the next one.
    pub(super) fn finished(&mut self, report: Report) -> Option<Look> {
        let current = self.current.take()?;
        self.hammer.clone_from(&report.hammer);
        // A signal ended the look before it could show anything.
        if self.stop.is_requested() && report.stopped {
            return None;
        }
        let run = run_file(report, &self.variables);
        let report = run.report.single_load()?;
        let judged = self.judge.judge(report);
        let mut look = current.report(self.number, report, &judged);
        if let Some(files) = &self.files {
            match files.write(self.number, &run) {
                Ok(path) => look.run_file = Some(path),
                Err(error) => self.errors.push(error),
            }
        }
        match current.kind {
            LookKind::Search(purpose) => {
                self.progress.ended(&look);
                if judged.outcome == LookOutcome::Void {
                    self.void_reason = report.verdict.reasons.first().cloned();
                }
                self.search.record(FinishedLook {
                    rate: current.rate,
                    length: Duration::from_secs_f64(look.duration_s.max(0.0)),
                    planned: current.planned,
                    purpose,
                    outcome: judged.outcome,
                    took: current.started.elapsed(),
                    has_recovered: judged.has_recovered,
                });
                self.looks.push(look);
            }
            LookKind::Curve => {
                self.progress.ended(&look);
                self.curve.push(look);
            }
            LookKind::Recovery => {
                let limit = self.judge.time_limit();
                self.recovery = Some(recovery::measure(report, current.rate, limit, look));
            }
        }
        self.next_look()
    }

    /// The best answer that is known.
    pub(super) fn best_known(&mut self) -> Capacity {
        let best = || self.search.best_known();
        self.answer.take().unwrap_or_else(best)
    }

    /// Ends the progress, so that other text can be printed.
    pub(super) fn close_progress(&mut self) {
        self.progress.close();
    }
}

impl CurrentLook {
    fn report(&self, number: u64, report: &Report, judged: &JudgedLook) -> LookReport {
        let hits = report.hits;
        let ended = hits.ended();
        let measured = report.measured.as_deref();
        let response = measured
            .map(|measured| ResponseDistribution::new(measured.response(), hits.unanswered()));
        let us = |quantile| response.and_then(|response| response.us_at_quantile(quantile));
        let p99 = report.response_us.ci95.and_then(|ci95| ci95.p99);
        LookReport {
            number,
            rate: self.rate,
            purpose: match self.kind {
                LookKind::Search(purpose) => purpose,
                LookKind::Curve => LookPurpose::Curve,
                LookKind::Recovery => LookPurpose::Recovery,
            },
            outcome: judged.outcome,
            planned_s: self.planned.as_secs_f64(),
            duration_s: report.duration_s,
            rest_s: self.rest.as_secs_f64(),
            achieved: report.rate.achieved,
            hits: hits.scheduled,
            errors: (ended - hits.ok) as f64 / ended.max(1) as f64,
            p50_us: us(0.5),
            p99_us: us(0.99),
            p99_ci95: p99.and_then(|p99| p99.low.zip(p99.high)),
            max_in_flight: self.max_in_flight as u64,
            verdict: report.verdict.clone(),
            objectives: judged.objectives.clone(),
            ended_early: judged.ended_early.clone(),
            run_file: None,
        }
    }
}

/// The run file of a look, with the names of variables in place of their values.
fn run_file(report: Report, variables: &SubstitutedVariables) -> RunFile {
    let cpu = Duration::try_from_secs_f64(report.generator.cpu_s).unwrap_or_default();
    let load = PlanLoadReport::new(String::new(), Duration::ZERO, report);
    let mut report = PlanReport::new(String::new(), cpu, vec![load]);
    mask_report(&mut report, variables);
    RunFile::new(report)
}
