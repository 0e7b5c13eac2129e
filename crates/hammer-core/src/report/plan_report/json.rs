//! The JSON of a plan's report, which is flat for a single load.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::PlanReport;
use crate::report::baseline_comparison::BaselineComparison;
use crate::report::replay_comparison::ReplayComparison;
use crate::report::report::Report;

/// The key of the comparison of a replay.
const REPLAY: &str = "replay";
/// The key of the comparison with an earlier run.
const BASELINE: &str = "baseline";

/// The flat JSON of a single load.
#[derive(Serialize)]
struct SingleLoadJson<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<&'a ReplayComparison>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'a BaselineComparison>,
}

impl Serialize for PlanReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (replay, baseline) = (self.replay.as_ref(), self.baseline.as_ref());
        match self.single_load() {
            None => Self::serialize(self, serializer),
            Some(report) if replay.is_none() && baseline.is_none() => report.serialize(serializer),
            Some(report) => {
                let flat = SingleLoadJson {
                    report,
                    replay,
                    baseline,
                };
                flat.serialize(serializer)
            }
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
        let mut taken = |key| value.as_object_mut().and_then(|keys| keys.remove(key));
        let replay = taken(REPLAY).map(ReplayComparison::deserialize);
        let baseline = taken(BASELINE).map(BaselineComparison::deserialize);
        let report = Report::deserialize(value).map_err(D::Error::custom)?;
        let mut plan = Self::from_single_load(report);
        plan.replay = replay.transpose().map_err(D::Error::custom)?;
        plan.baseline = baseline.transpose().map_err(D::Error::custom)?;
        Ok(plan)
    }
}
