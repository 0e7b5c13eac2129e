//! The last line of a timeline.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ArrivalTimeDerivation;

/// The last line of a timeline. It reveals a truncated file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineTrailer {
    /// The number of rows.
    pub rows: u64,
    /// The XXH64 hash (seed 0) of all uncompressed bytes before this line, as 16 hexadecimal digits.
    /// Tools that cannot compute it leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xxh64: Option<String>,
    /// The number of lines of the logs that did not become rows, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skipped: BTreeMap<String, u64>,
    /// The XXH64 hash of each source, in the order of the header, if the header has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources_xxh64: Vec<String>,
    /// The derivation of arrival times, if it differs from the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_base: Option<ArrivalTimeDerivation>,
    /// The coarsest resolution of the timestamps in the logs, in µs, if it differs from the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_us: Option<u64>,
    /// The derivation of each source's arrival times, in the order of the header, if any differs from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources_time_base: Vec<Option<ArrivalTimeDerivation>>,
}

/// The part of a trailer that the caller of a [`TimelineWriter`](super::TimelineWriter) provides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimelineTrailerInput {
    /// The number of lines of the logs that did not become rows, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// The XXH64 hash of each source, in the order of the header, if the header has none.
    pub sources_xxh64: Vec<String>,
    /// The derivation of arrival times, if it differs from the header.
    pub time_base: Option<ArrivalTimeDerivation>,
    /// The coarsest resolution of the timestamps in the logs, in µs, if it differs from the header.
    pub resolution_us: Option<u64>,
    /// The derivation of each source's arrival times, in the order of the header, if any differs from it.
    pub sources_time_base: Vec<Option<ArrivalTimeDerivation>>,
}
