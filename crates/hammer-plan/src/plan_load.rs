//! One load of a plan.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PlanFlagValue;

/// One load of a plan: a hammer with its target, rate and duration.
///
/// The keys are flags of the command line, with underscores: those that `hammer NAME --help` lists
/// under Load, and the flags of the hammer itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Load")]
pub struct PlanLoad {
    /// Name of this load in the report and in thresholds: letters, digits, '-' and '_'.
    /// [default: load-1, load-2, …]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", regex(pattern = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"))]
    pub name: Option<String>,
    /// Name of the hammer. [default: chosen by the scheme of the target]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub hammer: Option<String>,
    /// Target, usually a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub target: Option<String>,
    /// Start of this load after the start of the plan, such as 30s or 5m; a number is in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub offset: Option<PlanFlagValue>,
    /// Hits per second, such as 100, 2.5, 10k, 600/m or max, or a shape, such as 100..1000/5m or
    /// spike(10, 500, 5s)/1m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub rate: Option<PlanFlagValue>,
    /// Duration, such as 30s, 5m or 1h30m; a number is in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub duration: Option<PlanFlagValue>,
    /// Arrival process: even, poisson, uniform or burst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub arrivals: Option<PlanFlagValue>,
    /// Duration of the warm-up at the first rate; its hits do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub warmup: Option<PlanFlagValue>,
    /// Maximum lateness of a hit; a hit that is later is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub skip_late: Option<PlanFlagValue>,
    /// Date and time of the start, such as 2026-12-01T12:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub start_at: Option<PlanFlagValue>,
    /// Number of hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub hits: Option<PlanFlagValue>,
    /// Maximum number of hits in flight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub max_in_flight: Option<PlanFlagValue>,
    /// Timeout of a hit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub timeout: Option<PlanFlagValue>,
    /// Number of slots that open before the start and are used in turn, instead of `max_in_flight`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub users: Option<PlanFlagValue>,
    /// Number of worker threads of this load. [default: the cores, divided among the loads]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub threads: Option<PlanFlagValue>,
    /// Seed of the random values of the hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub seed: Option<PlanFlagValue>,
    /// Maximum wait for hits at the end; by default, until they time out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub drain: Option<PlanFlagValue>,
    /// If true, threads poll instead of sleeping: hits start more exactly, and each thread uses a
    /// whole core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PlanFlagValue")]
    pub spin: Option<PlanFlagValue>,
    /// Flags of the hammer itself.
    #[serde(flatten)]
    pub options: BTreeMap<String, PlanFlagValue>,
}

impl PlanLoad {
    /// The keys that are not flags.
    pub const NON_FLAG_KEYS: [&'static str; 4] = ["name", "hammer", "target", "offset"];

    /// Returns the flags of the load with their values.
    #[must_use]
    pub fn flags(&self) -> BTreeMap<String, PlanFlagValue> {
        let all = serde_json::to_value(self).and_then(serde_json::from_value);
        let mut all: BTreeMap<String, PlanFlagValue> = all.unwrap_or_default();
        all.retain(|key, _| !Self::NON_FLAG_KEYS.contains(&key.as_str()));
        all
    }
}
