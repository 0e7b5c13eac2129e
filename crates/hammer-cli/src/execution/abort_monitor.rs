//! Conditions that end a run.

use std::time::Duration;

use hammer_core::{AbortReason, StopHandle};
use hammer_plan::{MeasuredNow, Threshold};

use super::RunThresholds;
use crate::report::text::thresholds::abort_text;

/// Ends a run when a condition is met.
#[derive(Debug)]
pub(crate) struct AbortMonitor<'a> {
    conditions: &'a [Threshold],
    after: Duration,
    stop: StopHandle,
    ending: bool,
    aborted: Option<AbortReason>,
}

impl<'a> AbortMonitor<'a> {
    /// Creates the monitor that ends the run with `stop`.
    pub(crate) fn new(thresholds: &'a RunThresholds, stop: &StopHandle) -> Self {
        Self {
            conditions: &thresholds.abort_conditions,
            after: thresholds.abort_after,
            stop: stop.clone(),
            ending: false,
            aborted: None,
        }
    }

    /// Stops checking, because the run is ending.
    pub(crate) fn set_ending(&mut self) {
        self.ending = true;
    }

    /// Checks the conditions against the measurements until `elapsed`. Returns a message if one ends
    /// the run.
    pub(crate) fn check(
        &mut self,
        measured: &MeasuredNow<'_>,
        elapsed: Duration,
    ) -> Option<String> {
        if self.is_idle() || elapsed < self.after {
            return None;
        }
        let checked = self.conditions.iter().map(|it| measured.check(it));
        let met = checked.into_iter().find(|checked| checked.passed)?;
        self.ending = true;
        self.stop.drain();
        let aborted = AbortReason {
            expression: met.expression,
            measured: met.measured,
            relative: met.relative,
            t_s: elapsed.as_secs_f64(),
            rate: Some(measured.current_rate()),
        };
        let message = format!("aborting: {}", abort_text(&aborted));
        self.aborted = Some(aborted);
        Some(message)
    }

    /// Returns true if there is nothing to check.
    pub(crate) fn is_idle(&self) -> bool {
        self.ending || self.conditions.is_empty()
    }

    /// The reason for the abort, if any.
    pub(crate) fn aborted(self) -> Option<AbortReason> {
        self.aborted
    }
}
