//! The meaning of a valid verdict in words.

use hammer_diagnostic::format_count;

use super::PlanReport;
use crate::report::open_or_closed_loop::OpenOrClosedLoop;

impl PlanReport {
    /// Says what the numbers describe if the verdict is valid, in place of its reasons.
    #[must_use]
    pub fn valid_text(&self) -> String {
        let Some(report) = self.single_load() else {
            return "the generator kept all schedules: the numbers describe the targets".to_owned();
        };
        match report.loop_kind {
            OpenOrClosedLoop::Open => {
                "the generator kept the schedule: the numbers describe the target".to_owned()
            }
            OpenOrClosedLoop::Closed => {
                let slots = report.generator.max_in_flight;
                let s = if slots == 1 { "" } else { "s" };
                let slots = format_count(slots as u64);
                format!(
                    "the numbers describe the target under {slots} busy slot{s}, not the wait of its users"
                )
            }
        }
    }
}
