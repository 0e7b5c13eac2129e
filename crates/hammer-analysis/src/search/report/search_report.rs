//! The report of a search.

use hammer_core::{HostDescription, RunFile};
use serde::{Deserialize, Serialize};

use super::curve_knee::CurveKnee;
use super::in_flight_sizing::InFlightSizing;
use super::look_report::LookReport;
use super::recovery_report::RecoveryReport;
use super::required_rate::RequiredRate;
use super::search_setup::SearchSetup;
use crate::search::capacity::{Capacity, CapacityStatus};
use crate::search::search_settings::SearchSettings;

/// The value of [`SearchReport::schema`].
pub const SEARCH_SCHEMA: &str = "hammer.find/1";

/// The report of a search for the highest rate that holds.
///
/// Serialized, it is the JSON that `docs/schemas/find.schema.json` describes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchReport {
    /// The name and version of the format: [`SEARCH_SCHEMA`].
    pub schema: String,
    /// The id of the search.
    pub id: String,
    /// The version of hammer.
    pub version: String,
    /// The start, in UTC.
    pub started_at: String,
    /// The command with its arguments.
    pub command: Vec<String>,
    /// The machine of the generator.
    pub host: HostDescription,
    /// The hammer's name.
    pub hammer: String,
    /// The target, as the user of the hammer would write it.
    pub target: String,
    /// The objectives as given, with those that are implied.
    pub objectives: Vec<String>,
    /// The settings of the search.
    pub settings: SearchSetup,
    /// The answer.
    pub answer: Capacity,
    /// The reason why there is no better answer: the generator's verdict, the budget or a signal.
    pub reason: Option<String>,
    /// The rate that the answer must reach, if the user gave one.
    pub at_least: Option<RequiredRate>,
    /// The rule by which the limit of hits in flight was set.
    pub in_flight: InFlightSizing,
    /// The looks, in the order in which they were made.
    pub looks: Vec<LookReport>,
    /// The knee of the p99 over the rate, which is a remark.
    pub knee: Option<CurveKnee>,
    /// The looks at shares of the answer, in order of rate; empty if they were not asked for.
    pub curve: Vec<LookReport>,
    /// The recovery from an overload, if it was asked for.
    pub recovery: Option<RecoveryReport>,
    /// The time of the whole search, in seconds.
    pub elapsed_s: f64,
}

impl SearchReport {
    /// Makes a report without looks. `run` identifies the search: its id, its start and its machine.
    #[must_use]
    pub fn new(run: &RunFile, settings: SearchSettings, answer: Capacity) -> Self {
        Self {
            schema: SEARCH_SCHEMA.to_owned(),
            id: run.id.clone(),
            version: run.version.clone(),
            started_at: run.started_at.clone(),
            command: run.command.clone(),
            host: run.host.clone(),
            hammer: String::new(),
            target: String::new(),
            objectives: vec![],
            settings: settings.into(),
            answer,
            reason: None,
            at_least: None,
            in_flight: InFlightSizing::default(),
            looks: vec![],
            knee: None,
            curve: vec![],
            recovery: None,
            elapsed_s: 0.0,
        }
    }

    /// The confirmed rate, in hits per second, even if higher rates were not allowed or could not be sent.
    #[must_use]
    pub fn confirmed_rate(&self) -> Option<f64> {
        self.answer.rate
    }

    /// Returns true if a confirmed rate is the answer, even if higher rates were not allowed, but not if the
    /// generator was the limit.
    #[must_use]
    pub fn has_confirmed_answer(&self) -> bool {
        let is_confirmed = matches!(
            self.answer.status,
            CapacityStatus::Confirmed | CapacityStatus::AtLeast
        );
        is_confirmed && self.answer.rate.is_some()
    }

    /// Returns true if the generator was the limit, so that the target may hold more.
    #[must_use]
    pub fn is_generator_limited(&self) -> bool {
        self.answer.status == CapacityStatus::GeneratorLimited
    }

    /// Returns true if the answer is confirmed and below the rate that it must reach.
    #[must_use]
    pub fn is_below_required_rate(&self) -> bool {
        let is_missed = self.at_least.is_some_and(|required| !required.is_met);
        self.has_confirmed_answer() && is_missed
    }

    /// The confirmations that held at the rate of the answer.
    pub fn confirmations(&self) -> impl DoubleEndedIterator<Item = &LookReport> {
        let looks = self.looks.iter();
        looks.filter(|look| look.is_held_confirmation() && Some(look.rate) == self.answer.rate)
    }

    /// Sets the knee of the curve or, without one, of the looks of the search.
    pub fn find_knee(&mut self) {
        let looks = match self.curve.is_empty() {
            true => &self.looks,
            false => &self.curve,
        };
        self.knee = CurveKnee::of(looks);
    }
}
