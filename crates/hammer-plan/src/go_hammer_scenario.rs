use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::PlanSetting;

/// A scenario of go-hammer, the ancestor of this program: one load by other names.
///
/// The shape is that of the struct `GoHammerScenario` in its `cli/cmd/scenario.go`. It is taken as it is:
/// `${NAME}` and `@FILE` mean nothing in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GoHammerScenario {
    /// How long, in seconds.
    pub duration: Option<PlanSetting>,
    /// Hits per second.
    pub tps: Option<PlanSetting>,
    /// The hammer that hits.
    pub hammer: Option<String>,
    /// What is hit, and how.
    pub hammer_config: GoHammerConfig,
}

/// The part of a [`GoHammerScenario`] that is the hammer's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GoHammerConfig {
    /// The URL to hit.
    pub endpoint: String,
    /// The method; an empty one is none.
    pub method: String,
    /// The payload of each hit; an empty one is none.
    pub payload: String,
    /// Names and values of headers.
    pub headers: BTreeMap<String, String>,
}

impl GoHammerScenario {
    /// Its keys.
    pub(crate) const KEYS: [&'static str; 4] = ["duration", "tps", "hammer", "hammerConfig"];
    /// The keys of `hammerConfig`.
    pub(crate) const CONFIG_KEYS: [&'static str; 4] = ["endpoint", "method", "payload", "headers"];
}
