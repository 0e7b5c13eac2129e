//! The result of a look.

use hammer_core::{CheckedThreshold, Verdict};
use serde::{Deserialize, Serialize};

use crate::extended_number;
use crate::search::look::{LookOutcome, LookPurpose};

/// The result of a look: one run at one rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LookReport {
    /// The number of the look, from 1, in the order in which looks were made.
    pub number: u64,
    /// The rate that was asked for, in hits per second.
    pub rate: f64,
    /// The purpose of the look.
    pub purpose: LookPurpose,
    /// The outcome.
    pub outcome: LookOutcome,
    /// The planned length without the warm-up, in seconds.
    pub planned_s: f64,
    /// The length without the warm-up, in seconds.
    pub duration_s: f64,
    /// The pause before the look, in seconds.
    pub rest_s: f64,
    /// The achieved rate, in hits per second.
    pub achieved: f64,
    /// The number of scheduled hits.
    pub hits: u64,
    /// The share of hits that were not ok, from 0 to 1.
    pub errors: f64,
    /// The median response, in microseconds: infinite if half of the hits have no answer, and `None` if
    /// nothing was measured.
    #[serde(with = "extended_number::optional")]
    pub p50_us: Option<f64>,
    /// The p99 of response, in microseconds: infinite if 1 % of the hits have no answer, and `None` if
    /// nothing was measured.
    #[serde(with = "extended_number::optional")]
    pub p99_us: Option<f64>,
    /// The interval of the p99 with a confidence of 95 %, in microseconds; `None` if it is not known or
    /// open.
    pub p99_ci95: Option<(f64, f64)>,
    /// The limit of hits in flight.
    pub max_in_flight: u64,
    /// The generator's verdict on itself.
    pub verdict: Verdict,
    /// The objectives, with the measured value of each.
    pub objectives: Vec<CheckedThreshold>,
    /// The reason why the look was shorter than planned, such as `p99 < 200ms was certain to fail`.
    pub ended_early: Option<String>,
    /// The run file of the look.
    pub run_file: Option<String>,
}

impl LookReport {
    /// Returns true for a confirmation that held.
    #[must_use]
    pub fn is_held_confirmation(&self) -> bool {
        self.purpose == LookPurpose::Confirm && self.outcome == LookOutcome::Held
    }

    /// The objectives that failed.
    pub fn failed(&self) -> impl Iterator<Item = &CheckedThreshold> {
        let objectives = self.objectives.iter();
        objectives.filter(|objective| objective.judged && !objective.passed)
    }
}
