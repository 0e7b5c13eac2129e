//! The thresholds of a run that lasts.

use hammer_core::Schedule;
use hammer_plan::{RunningMeasurements, Threshold};
use hammer_tui::{ErrorBudget, LiveThreshold};

use crate::execution::{RunThresholds, RunnablePlan};

/// The thresholds of a run that lasts, with the hits that its loads will send.
#[derive(Debug)]
pub(super) struct ThresholdsSoFar {
    asserted: Vec<Threshold>,
    abort_conditions: Vec<Threshold>,
    /// The name of each load, with its hits if they are known.
    expected_hits: Vec<(String, Option<u64>)>,
}

impl ThresholdsSoFar {
    pub(super) fn new(plan: &RunnablePlan, thresholds: &RunThresholds) -> Self {
        let loads = plan.loads.iter();
        let hits = loads.map(|load| (load.name.clone(), expected_hits(&load.load.schedule())));
        Self {
            asserted: thresholds.asserted.clone(),
            abort_conditions: thresholds.abort_conditions.clone(),
            expected_hits: hits.collect(),
        }
    }

    /// Checks all thresholds.
    pub(super) fn check(&self, measured: &RunningMeasurements) -> Vec<LiveThreshold> {
        let asserted = self.asserted.iter().map(|it| (it, false));
        let aborting = self.abort_conditions.iter().map(|it| (it, true));
        let check = |(threshold, is_abort_condition): (&Threshold, bool)| {
            let checked = measured.check(threshold);
            let is_measured = checked.measured.value.is_some() || checked.measured.infinite;
            LiveThreshold {
                expression: checked.expression.clone(),
                figure: match is_measured {
                    true => checked.figure(),
                    false => String::new(),
                },
                holds: is_measured.then_some(checked.passed),
                is_abort_condition,
                budget: self.budget(threshold, measured),
            }
        };
        asserted.chain(aborting).map(check).collect()
    }

    /// The errors that are left until a threshold fails, if the number of hits is known.
    fn budget(&self, threshold: &Threshold, measured: &RunningMeasurements) -> Option<ErrorBudget> {
        let errors = measured.error_count(threshold)?;
        let total = threshold.allowed_errors(self.hits_in_scope(threshold)?)?;
        Some(ErrorBudget {
            left: total.saturating_sub(errors),
            total,
        })
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
