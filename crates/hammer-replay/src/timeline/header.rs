use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the first line of a timeline calls its format; the number grows if old programs would
/// misread new files.
pub const SCHEMA: &str = "hammer.timeline/1";

/// The first line of a timeline: what its rows mean, and where they come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineHeader {
    /// The format and its version: `hammer.timeline/1`.
    pub schema: String,
    /// The instant that `t` counts from.
    #[schemars(with = "String")]
    pub epoch: Timestamp,
    /// How arrivals were found in the logs; left out if nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_base: Option<TimeBase>,
    /// The coarsest step of the stamps in the logs, in µs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_us: Option<u64>,
    /// What was done with stamps of the same step.
    #[serde(default)]
    pub spread: TimestampSpread,
    /// The seed of what was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The logs that the rows come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<TimelineSource>,
    /// What was asked of a row to be in here, in the words of the command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
}

/// How the arrival of a row was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimeBase {
    /// The log has it.
    Start,
    /// The log has the end: the arrival is that.
    End,
    /// The log has the end and a duration: the arrival is their difference.
    EndMinusDuration,
    /// Each source has its own.
    Mixed,
}

/// How rows whose stamps are the same step of the log's clock were told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimestampSpread {
    /// Not at all.
    #[default]
    None,
    /// By a uniform draw over the step, in their order.
    Uniform,
    /// At even distances.
    Even,
}

/// A log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineSource {
    /// Its name, without the path.
    pub name: String,
    /// What it was read as.
    pub format: String,
    /// How its arrivals were found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_base: Option<TimeBase>,
    /// What was added to its stamps, in µs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift_us: Option<i64>,
    /// The XXH64 of its bytes, as 16 hexadecimal digits.
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
