use std::time::Duration;

use crate::interval::Interval;
use crate::{Failure, HitVerdict, Label, Outcome};

/// How a hit came to its end.
pub(super) enum Ended {
    Answered(Outcome),
    Failed(Failure),
    Abandoned,
}

/// Where else a hit is counted than in the whole.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Within {
    pub(super) stage: Option<usize>,
    pub(super) row: Option<usize>,
}

impl Ended {
    fn verdict(&self) -> HitVerdict {
        match self {
            Self::Answered(outcome) if outcome.is_ok() => HitVerdict::Ok,
            Self::Answered(_) => HitVerdict::Rejected,
            Self::Failed(Failure::TIMEOUT | Failure::CONNECT_TIMEOUT) => HitVerdict::TimedOut,
            Self::Failed(_) => HitVerdict::Failed,
            Self::Abandoned => HitVerdict::Abandoned,
        }
    }

    /// Counts the hit, and tells what as.
    pub(super) fn count(
        &self,
        interval: &mut Interval,
        within: Within,
        response: Duration,
        service: Duration,
    ) -> (HitVerdict, Option<Label>) {
        let verdict = self.verdict();
        let mut answered = None;
        let label = match self {
            Self::Answered(outcome) => {
                interval.answer(*outcome, response, service);
                answered = Some(response);
                Some(outcome.label())
            }
            Self::Failed(failure) => {
                interval.failure(verdict, *failure);
                Some(Label::from(failure.name()))
            }
            Self::Abandoned => {
                interval.hits.count(verdict);
                None
            }
        };
        if let Some(stage) = within.stage {
            if answered.is_some() {
                interval.stages.answer(stage, verdict, response, service);
            } else {
                interval.stages.of(stage).hits.count(verdict);
            }
        }
        if let Some(row) = within.row {
            interval.rows.count(row, verdict, answered);
        }
        (verdict, label)
    }
}
