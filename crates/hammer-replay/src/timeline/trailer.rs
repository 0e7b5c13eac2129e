use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TimeBase;

/// The last line of a timeline, by which a file that was cut is noticed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineTrailer {
    /// How many rows there are.
    pub rows: u64,
    /// The XXH64 (seed 0) of all bytes before this line, as they are without compression, as 16
    /// hexadecimal digits; left out by tools that can't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xxh64: Option<String>,
    /// How many lines of the logs are no row, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped: BTreeMap<String, u64>,
    /// The XXH64 of each source, in the order of the header's, if that could not know it yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources_xxh64: Vec<String>,
    /// How arrivals were found, if the header expected something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_base: Option<TimeBase>,
    /// The coarsest step of the stamps in the logs, in µs, if the header expected another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_us: Option<u64>,
    /// How the arrivals of each source were found, in the order of the header's, if that expected
    /// something else of any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources_time_base: Vec<Option<TimeBase>>,
}

/// What only the maker of a timeline can tell at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailerDetails {
    /// How many lines of the logs are no row, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// The XXH64 of each source, in the order of the header's, if that could not know it yet.
    pub sources_xxh64: Vec<String>,
    /// How arrivals were found, if the header expected something else.
    pub time_base: Option<TimeBase>,
    /// The coarsest step of the stamps in the logs, in µs, if the header expected another one.
    pub resolution_us: Option<u64>,
    /// How the arrivals of each source were found, if the header expected something else of any.
    pub sources_time_base: Vec<Option<TimeBase>>,
}
