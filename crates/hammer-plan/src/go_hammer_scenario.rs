//! Scenarios of go-hammer, the predecessor of this program.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::PlanFlagValue;

/// A scenario of go-hammer, the predecessor of this program: one load under other key names.
///
/// The fields are those of the struct `GoHammerScenario` in go-hammer's `cli/cmd/scenario.go`.
/// Values are used verbatim: `${NAME}` and `@FILE` have no meaning in a scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GoHammerScenario {
    /// The duration in seconds.
    pub duration: Option<PlanFlagValue>,
    /// Hits per second.
    pub tps: Option<PlanFlagValue>,
    /// The name of the hammer.
    pub hammer: Option<String>,
    /// The target and the request.
    pub hammer_config: GoHammerRequest,
}

/// The hammer's part of a [`GoHammerScenario`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GoHammerRequest {
    /// The URL to hit.
    pub endpoint: String,
    /// The method, or an empty string for the default.
    pub method: String,
    /// The payload of each hit, or an empty string for none.
    pub payload: String,
    /// The headers by name.
    pub headers: BTreeMap<String, String>,
}

impl GoHammerScenario {
    /// The keys of a scenario.
    pub(crate) const KEYS: [&'static str; 4] = ["duration", "tps", "hammer", "hammerConfig"];
    /// The keys of `hammerConfig`.
    pub(crate) const CONFIG_KEYS: [&'static str; 4] = ["endpoint", "method", "payload", "headers"];
}
