use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PlanSetting;

/// One load of a plan: a hammer, what it hits, how often and for how long.
///
/// Its keys are the flags of the command line, with underscores: what `hammer NAME --help` lists
/// under Load, and every flag of the hammer itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanLoad {
    /// What the report and the thresholds call this load: letters, digits, '-' and '_'.
    /// [default: load-1, load-2, …]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"))]
    pub name: Option<String>,
    /// The hammer that hits. [default: the one for the scheme of the target]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub hammer: Option<String>,
    /// What is hit: a URL, or what the hammer takes for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub target: Option<String>,
    /// How long after the start of the plan this load starts: 30s, 5m, or seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub offset: Option<PlanSetting>,
    /// How often: 100, 2.5, 10k, 600/m, max, or a shape: 100..1000/5m, spike(10, 500, 5s)/1m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub rate: Option<PlanSetting>,
    /// How long: 30s, 5m, 1h30m, or seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub duration: Option<PlanSetting>,
    /// How the hits of a second are spread: even, poisson, uniform, burst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub arrivals: Option<PlanSetting>,
    /// How long the first rate is run before anything counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub warmup: Option<PlanSetting>,
    /// How late a hit may start; later ones are not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub skip_late: Option<PlanSetting>,
    /// When to start, by the clock on the wall: 2026-12-01T12:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub start_at: Option<PlanSetting>,
    /// How many hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub hits: Option<PlanSetting>,
    /// Hits in flight at one time, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub max_in_flight: Option<PlanSetting>,
    /// How long a hit may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub timeout: Option<PlanSetting>,
    /// Threads of the generator for this load. [default: the cores, shared by the loads]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub threads: Option<PlanSetting>,
    /// Seed of the randomness of the hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub seed: Option<PlanSetting>,
    /// How long to wait for hits in flight at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanSetting")]
    pub drain: Option<PlanSetting>,
    /// The flags of the hammer itself.
    #[serde(flatten)]
    pub options: BTreeMap<String, PlanSetting>,
}

impl PlanLoad {
    /// The keys that are no flags.
    pub const NON_FLAG_KEYS: [&'static str; 4] = ["name", "hammer", "target", "offset"];

    /// Every flag that the load gives, with what it gives for it.
    #[must_use]
    pub fn flags(&self) -> BTreeMap<String, PlanSetting> {
        let all = serde_json::to_value(self).and_then(serde_json::from_value);
        let mut all: BTreeMap<String, PlanSetting> = all.unwrap_or_default();
        all.retain(|key, _| !Self::NON_FLAG_KEYS.contains(&key.as_str()));
        all
    }
}
