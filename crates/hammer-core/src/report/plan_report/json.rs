//! The JSON of a plan's report, which is flat for a single load.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::PlanReport;
use crate::report::replay_comparison::ReplayComparison;
use crate::report::report::Report;

/// The key of the comparison of a replay.
const REPLAY: &str = "replay";

/// The flat JSON of a single load.
#[derive(Serialize)]
struct SingleLoadJson<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<&'a ReplayComparison>,
}

impl Serialize for PlanReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.single_load(), self.replay.as_ref()) {
            (Some(report), None) => report.serialize(serializer),
            (Some(report), replay) => SingleLoadJson { report, replay }.serialize(serializer),
            (None, _) => Self::serialize(self, serializer),
        }
    }
}

/// Reads the report of a plan, or of a single load, which has no key `loads`.
impl<'de> Deserialize<'de> for PlanReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(deserializer)?;
        if value.get("loads").is_some() {
            return Self::deserialize(value).map_err(D::Error::custom);
        }
        let replay = value.as_object_mut().and_then(|keys| keys.remove(REPLAY));
        let replay = replay.map(ReplayComparison::deserialize).transpose();
        let report = Report::deserialize(value).map_err(D::Error::custom)?;
        let mut plan = Self::from_single_load(report);
        plan.replay = replay.map_err(D::Error::custom)?;
        Ok(plan)
    }
}
