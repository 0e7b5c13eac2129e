use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Setting;

/// One load of a plan: a hammer, what it hits, how often and for how long.
///
/// Its keys are the flags of the command line, with underscores: what `hammer NAME --help` lists
/// under Load, and every flag of the hammer itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Load {
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
    #[schemars(with = "Setting")]
    pub offset: Option<Setting>,
    /// How often: 100, 2.5, 10k, 600/m, max, or a shape: 100..1000/5m, spike(10, 500, 5s)/1m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub rate: Option<Setting>,
    /// How long: 30s, 5m, 1h30m, or seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub duration: Option<Setting>,
    /// How the hits of a second are spread: even, poisson, uniform, burst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub arrivals: Option<Setting>,
    /// How long the first rate is run before anything counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub warmup: Option<Setting>,
    /// How late a hit may start; later ones are not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub skip_late: Option<Setting>,
    /// When to start, by the clock on the wall: 2026-12-01T12:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub start_at: Option<Setting>,
    /// How many hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub hits: Option<Setting>,
    /// Hits in flight at one time, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub max_in_flight: Option<Setting>,
    /// How long a hit may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub timeout: Option<Setting>,
    /// Threads of the generator for this load. [default: the cores, shared by the loads]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub threads: Option<Setting>,
    /// Seed of the randomness of the hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub seed: Option<Setting>,
    /// How long to wait for hits in flight at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Setting")]
    pub drain: Option<Setting>,
    /// The flags of the hammer itself.
    #[serde(flatten)]
    pub options: BTreeMap<String, Setting>,
}

impl Load {
    /// The keys that are no flags.
    pub const OWN: [&'static str; 4] = ["name", "hammer", "target", "offset"];

    /// Every flag that the load gives, with what it gives for it.
    #[must_use]
    pub fn flags(&self) -> BTreeMap<String, Setting> {
        let all = serde_json::to_value(self).and_then(serde_json::from_value);
        let mut all: BTreeMap<String, Setting> = all.unwrap_or_default();
        all.retain(|key, _| !Self::OWN.contains(&key.as_str()));
        all
    }
}
