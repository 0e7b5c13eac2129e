//! Plans: loads that run at the same time, with outputs and thresholds.

use std::collections::BTreeMap;

use hammer_core::PlanReport;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PlanFlagValue, PlanLoad};

/// Loads that run at the same time, with outputs and thresholds.
///
/// The keys other than `load` are the flags that `hammer NAME --help` lists under Output and
/// Thresholds, with underscores.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "hammer plan")]
pub struct Plan {
    /// Outputs to write at the end, such as text, json=PATH, run=PATH or hits=PATH.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub output: Option<PlanFlagValue>,
    /// True to show no progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub quiet: Option<PlanFlagValue>,
    /// The way to show progress: auto, live, line, lines or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub progress: Option<PlanFlagValue>,
    /// True to add confidence intervals of the percentiles to text and Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub confidence: Option<PlanFlagValue>,
    /// True to exit with code 98 if the verdict is invalid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub require_valid: Option<PlanFlagValue>,
    /// Thresholds that must hold at the end, such as `p99 < 250ms` or `[NAME] errors < 0.1%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub assert: Option<PlanFlagValue>,
    /// Thresholds that end the plan early, such as `errors > 50%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub abort_on: Option<PlanFlagValue>,
    /// Time after which abort_on is first checked, such as 10s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub abort_after: Option<PlanFlagValue>,
    /// Run file of an earlier run to compare with, relative to the folder of the plan; thresholds can
    /// refer to it, as in `p99 <= baseline + 5%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub baseline: Option<PlanFlagValue>,
    /// Loads, which run at the same time.
    #[schemars(length(min = 1, max = 64))]
    pub load: Vec<PlanLoad>,
}

impl Plan {
    /// The maximum number of loads of a plan. Each load has its own threads.
    pub const MAX_LOADS: usize = PlanReport::MAX_LOADS;

    /// Returns the flags of the plan with their values.
    #[must_use]
    pub fn flags(&self) -> BTreeMap<String, PlanFlagValue> {
        let all = Self {
            load: vec![],
            ..self.clone()
        };
        let all = serde_json::to_value(all).and_then(serde_json::from_value);
        let mut all: BTreeMap<String, PlanFlagValue> = all.unwrap_or_default();
        all.remove("load");
        all
    }
}
