//! The end of a hit, and its effect on the counts.

use std::time::Duration;

use crate::model::failure::Failure;
use crate::model::outcome::{Label, Outcome};
use crate::report::hit_counts::HitResult;
use crate::report::interval_stats::IntervalStats;

/// The end of a started hit.
pub(super) enum HitCompletion {
    Answered(Outcome),
    Failed(Failure),
    Abandoned,
}

/// The stage and the group that a hit is counted in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HitStageAndGroup {
    pub(super) stage: Option<usize>,
    pub(super) group: Option<usize>,
}

impl HitCompletion {
    fn result(&self) -> HitResult {
        match self {
            Self::Answered(outcome) if outcome.is_ok() => HitResult::Ok,
            Self::Answered(_) => HitResult::Rejected,
            Self::Failed(Failure::TIMEOUT | Failure::CONNECT_TIMEOUT) => HitResult::TimedOut,
            Self::Failed(_) => HitResult::Failed,
            Self::Abandoned => HitResult::Abandoned,
        }
    }

    /// Counts the hit, and returns its result and label.
    pub(super) fn record(
        &self,
        interval: &mut IntervalStats,
        breakdown: HitStageAndGroup,
        response: Duration,
        service: Duration,
    ) -> (HitResult, Option<Label>) {
        let result = self.result();
        let mut answered = None;
        let label = match self {
            Self::Answered(outcome) => {
                interval.record_answer(*outcome, response, service);
                answered = Some(response);
                Some(outcome.label())
            }
            Self::Failed(failure) => {
                interval.record_failure(result, *failure);
                Some(Label::from(failure.name()))
            }
            Self::Abandoned => {
                interval.hits.count(result);
                None
            }
        };
        if let Some(stage) = breakdown.stage {
            if answered.is_some() {
                interval
                    .stages
                    .record_answer(stage, result, response, service);
            } else {
                interval.stages.entry(stage).hits.count(result);
            }
        }
        if let Some(group) = breakdown.group {
            interval.groups.count(group, result, answered);
        }
        (result, label)
    }
}
