//! The thresholds of a run that lasts.

use hammer_core::Schedule;
use hammer_plan::{MeasuredNow, Threshold};
use hammer_tui::{ErrorBudget, LiveThreshold};

use crate::execution::{RunThresholds, RunnablePlan};

/// The thresholds of a run that lasts, with the hits that its loads will send.
#[derive(Debug)]
pub(super) struct ThresholdsSoFar {
    thresholds: Vec<ShownThreshold>,
    /// The name of each load, with its hits if they are known.
    expected_hits: Vec<(String, Option<u64>)>,
}

/// A threshold with its text for the display.
#[derive(Debug)]
struct ShownThreshold {
    threshold: Threshold,
    /// The threshold as text, without the values of environment variables.
    expression: String,
    is_abort_condition: bool,
}

impl ThresholdsSoFar {
    pub(super) fn new(plan: &RunnablePlan, thresholds: &RunThresholds) -> Self {
        let loads = plan.loads.iter();
        let hits = loads.map(|load| (load.name.clone(), expected_hits(&load.load.schedule())));
        let asserted = thresholds.asserted.iter().map(|it| (it, false));
        let aborting = thresholds.abort_conditions.iter().map(|it| (it, true));
        let shown = |(threshold, is_abort_condition): (&Threshold, bool)| ShownThreshold {
            threshold: threshold.clone(),
            expression: plan.variables.mask(threshold.to_string()),
            is_abort_condition,
        };
        Self {
            thresholds: asserted.chain(aborting).map(shown).collect(),
            expected_hits: hits.collect(),
        }
    }

    /// Checks all thresholds.
    pub(super) fn check(&self, measured: &MeasuredNow<'_>) -> Vec<LiveThreshold> {
        let check = |shown: &ShownThreshold| {
            let checked = measured.check(&shown.threshold);
            let is_measured = checked.measured.value.is_some() || checked.measured.infinite;
            let holds = is_measured.then_some(checked.passed);
            LiveThreshold {
                expression: shown.expression.clone(),
                figure: match is_measured {
                    true => checked.figure(),
                    false => String::new(),
                },
                holds,
                is_abort_condition: shown.is_abort_condition,
                budget: self.budget(&shown.threshold, measured),
            }
        };
        self.thresholds.iter().map(check).collect()
    }

    /// The errors that are left in the whole run until a threshold fails, if the number of hits is known.
    /// It may fail so far although some are left.
    fn budget(&self, threshold: &Threshold, measured: &MeasuredNow<'_>) -> Option<ErrorBudget> {
        let errors = measured.error_count(threshold)?;
        let total = threshold.allowed_errors(self.hits_in_scope(threshold)?)?;
        let left = total.saturating_sub(errors);
        Some(ErrorBudget { left, total })
    }

    /// The hits in the scope of a threshold, if they are known.
    fn hits_in_scope(&self, threshold: &Threshold) -> Option<u64> {
        let mut loads = self.expected_hits.iter();
        match threshold.scope() {
            None => loads.map(|(_, hits)| *hits).sum(),
            Some(scope) if scope.stage().is_some() || scope.group().is_some() => None,
            Some(scope) => {
                let name = scope.load()?;
                loads.find(|(load, _)| load == name)?.1
            }
        }
    }
}

/// The number of hits of a schedule, or the expected one if it is random.
fn expected_hits(schedule: &Schedule) -> Option<u64> {
    let counted = schedule.hit_count();
    counted.or_else(|| {
        let shape = schedule.shape();
        let length = schedule.duration().filter(|_| !shape.is_closed_loop())?;
        Some(shape.hits_before(length))
    })
}
