//! The JSON of a plan's report, which is flat for a single load.

use hammer_core::Report;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::PlanReport;

impl Serialize for PlanReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.single_load() {
            Some(report) => report.serialize(serializer),
            None => Self::serialize(self, serializer),
        }
    }
}

/// Reads the report of a plan, or of a single load, which has no key `loads`.
impl<'de> Deserialize<'de> for PlanReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let report = if value.get("loads").is_some() {
            Self::deserialize(value)
        } else {
            Report::deserialize(value).map(Self::from_single_load)
        };
        report.map_err(D::Error::custom)
    }
}
