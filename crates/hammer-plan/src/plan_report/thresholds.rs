//! Thresholds of a plan's report.

use hammer_core::{AbortReason, VerdictStatus};

use super::PlanReport;
use crate::{Threshold, ThresholdScope};

impl PlanReport {
    /// Checks the thresholds against the whole plan, and records the results with the condition that
    /// ended the plan early, if any.
    ///
    /// If the verdict is invalid, the thresholds are measured and not judged.
    ///
    /// The report of each load gets the results of the thresholds on that load. A single load gets
    /// all of them, and the condition.
    pub fn check_thresholds(&mut self, thresholds: &[Threshold], aborted: Option<AbortReason>) {
        self.thresholds = thresholds.iter().map(|it| it.check(self)).collect();
        if self.verdict.status == VerdictStatus::Invalid {
            for checked in &mut self.thresholds {
                (checked.passed, checked.judged) = (false, false);
            }
        }
        self.aborted = aborted;
        let single = self.single_load().is_some();
        for load in &mut self.loads {
            let is_own = |threshold: &Threshold| {
                single || threshold.scope().and_then(ThresholdScope::load) == Some(&load.name)
            };
            let all = thresholds.iter().zip(&self.thresholds);
            let own = all.filter(|(threshold, _)| is_own(threshold));
            load.report.thresholds = own.map(|(_, checked)| checked.clone()).collect();
            if single {
                load.report.aborted = self.aborted.clone();
            }
        }
    }

    /// Returns true if there are thresholds, or a condition ended the plan, and an invalid verdict
    /// leaves them without a meaning.
    #[must_use]
    pub fn is_unjudged(&self) -> bool {
        let has_thresholds = !self.thresholds.is_empty() || self.aborted.is_some();
        self.verdict.status == VerdictStatus::Invalid && has_thresholds
    }

    /// Returns true if all thresholds hold and no condition ended the plan early.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.aborted.is_none() && self.thresholds.iter().all(|checked| checked.passed)
    }
}
