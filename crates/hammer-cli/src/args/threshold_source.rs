//! The place that thresholds are from, for messages about them.

use hammer_diagnostic::Diagnostic;
use hammer_plan::{ParsedPlanFile, PlanPathStep, Threshold};

use super::caret;
use crate::error::Error;
use crate::setting_names::SettingNames;

/// The use of a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThresholdKind {
    /// It is checked at the end.
    Asserted,
    /// It ends the run.
    AbortCondition,
}

impl ThresholdKind {
    /// The key in a plan.
    fn key(self) -> &'static str {
        match self {
            Self::Asserted => "assert",
            Self::AbortCondition => "abort_on",
        }
    }

    /// The flag, as clap shows it.
    fn flag(self) -> &'static str {
        match self {
            Self::Asserted => "--assert <EXPR>",
            Self::AbortCondition => "--abort-on <EXPR>",
        }
    }
}

/// The place that thresholds and a baseline are from: the command line, or a plan for the first
/// thresholds of each kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct ThresholdSource {
    plan: Option<Box<PlanThresholds>>,
}

/// The thresholds of a plan.
#[derive(Debug, Clone)]
struct PlanThresholds {
    file: ParsedPlanFile,
    asserted: usize,
    abort_conditions: usize,
    has_baseline: bool,
}

impl ThresholdSource {
    /// The source of this many thresholds of a plan, and of its baseline.
    pub(crate) fn plan(file: &ParsedPlanFile, asserted: usize, abort_conditions: usize) -> Self {
        let plan = PlanThresholds {
            file: file.clone(),
            asserted,
            abort_conditions,
            has_baseline: true,
        };
        Self {
            plan: Some(Box::new(plan)),
        }
    }

    /// Notes that the baseline is from the command line.
    pub(crate) fn replace_baseline(&mut self) {
        if let Some(plan) = &mut self.plan {
            plan.has_baseline = false;
        }
    }

    /// Makes an error about a threshold, which has this index among those of its kind.
    pub(crate) fn threshold_error(
        &self,
        kind: ThresholdKind,
        index: usize,
        threshold: &Threshold,
        error: Diagnostic,
    ) -> Error {
        let plan = self.plan.as_ref().filter(|plan| {
            index
                < match kind {
                    ThresholdKind::Asserted => plan.asserted,
                    ThresholdKind::AbortCondition => plan.abort_conditions,
                }
        });
        match plan {
            Some(plan) => {
                let error = (plan.file).threshold_error(kind.key(), index, threshold, error);
                Error::from_plan_error(&error).worded_as(SettingNames::PlanKeys)
            }
            None => Error::invalid_value(kind.flag(), &threshold.to_string(), caret::show(&error)),
        }
    }

    /// Makes an error about the baseline at `path`.
    pub(crate) fn baseline_error(&self, path: &str, problem: &str) -> Error {
        match self.plan.as_ref().filter(|plan| plan.has_baseline) {
            Some(plan) => {
                let key = [PlanPathStep::Key("baseline")];
                let shown = plan.file.shown_value(&key, path);
                let problem = format!("'baseline': invalid value {shown}: {problem}");
                Error::from_plan_error(&plan.file.value_error(&key, problem))
            }
            None => Error::invalid_value("--baseline <RUN>", path, problem),
        }
    }
}
