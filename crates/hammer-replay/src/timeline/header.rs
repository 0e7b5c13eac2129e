//! The first line of a timeline.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name and version of the format in the first line of a timeline. The version grows if older
/// programs would misread newer files.
pub const SCHEMA: &str = "hammer.timeline/1";

/// The first line of a timeline: the meaning and origin of its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineHeader {
    /// The format and its version: `hammer.timeline/1`.
    pub schema: String,
    /// The instant at which `t` is 0.
    #[schemars(with = "String")]
    pub epoch: Timestamp,
    /// The derivation of arrival times from the logs; absent if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_base: Option<ArrivalTimeDerivation>,
    /// The coarsest resolution of the timestamps in the logs, in µs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_us: Option<u64>,
    /// The placement of rows within one step of the timestamps.
    #[serde(default)]
    pub spread: TimestampSpread,
    /// The seed of random draws.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The logs of the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<TimelineSourceLog>,
    /// The filters that selected the rows, as command-line options.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
}

/// The derivation of a row's arrival time from its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArrivalTimeDerivation {
    /// The logged start.
    Start,
    /// The logged end, without a known duration.
    End,
    /// The logged end minus the duration.
    EndMinusDuration,
    /// Differs between rows.
    Mixed,
}

/// The placement of rows within one step of the timestamps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimestampSpread {
    /// All at the start of the step.
    #[default]
    None,
    /// At uniform random times within the step, in the order of the rows.
    Uniform,
    /// At even distances within the step.
    Even,
}

/// A log whose requests are rows of the timeline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineSourceLog {
    /// The file name, without the path.
    pub name: String,
    /// The format of the log.
    pub format: String,
    /// The derivation of its arrival times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_base: Option<ArrivalTimeDerivation>,
    /// The correction that was added to its timestamps, in µs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift_us: Option<i64>,
    /// The XXH64 hash of its bytes, as 16 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xxh64: Option<String>,
}

impl Default for TimelineHeader {
    fn default() -> Self {
        Self {
            schema: SCHEMA.into(),
            epoch: Timestamp::UNIX_EPOCH,
            time_base: None,
            resolution_us: None,
            spread: TimestampSpread::None,
            seed: None,
            sources: Vec::new(),
            filters: Vec::new(),
        }
    }
}
