use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PlanLoad, PlanSetting};

/// Loads that run at the same time, what is written about them, and what must hold.
///
/// Its keys beside `load` are the flags that `hammer NAME --help` lists under Output and
/// Thresholds, with underscores.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "hammer plan")]
pub struct Plan {
    /// What is written at the end: text, json, hits, each with =PATH.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub output: Option<PlanSetting>,
    /// Whether progress is not wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub quiet: Option<PlanSetting>,
    /// Whether an invalid verdict is an error: exit code 98.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub require_valid: Option<PlanSetting>,
    /// What must hold at the end: `p99 < 250ms`, `[NAME] errors < 0.1%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub assert: Option<PlanSetting>,
    /// What ends the plan early: 'errors > 50%'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub abort_on: Option<PlanSetting>,
    /// When abort_on is first looked at: 10s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub abort_after: Option<PlanSetting>,
    /// The loads; they run at the same time.
    #[schemars(length(min = 1, max = 64))]
    pub load: Vec<PlanLoad>,
}

impl Plan {
    /// The most loads of a plan: each has threads of its own.
    pub const MAX_LOADS: usize = 64;

    /// Every flag that the plan gives, with what it gives for it.
    #[must_use]
    pub fn flags(&self) -> BTreeMap<String, PlanSetting> {
        let all = Self {
            load: vec![],
            ..self.clone()
        };
        let all = serde_json::to_value(all).and_then(serde_json::from_value);
        let mut all: BTreeMap<String, PlanSetting> = all.unwrap_or_default();
        all.remove("load");
        all
    }
}
