//! JSON Schema of timelines.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;

use super::json_row::JsonRow;
use super::{TimelineHeader, TimelineTrailer};

/// A line of a timeline: the first is a header, the last a trailer, and all others are rows.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "A line of a Hammer timeline")]
#[expect(dead_code, reason = "only the schema is generated from it")]
enum TimelineLine<'a> {
    Header(TimelineHeader),
    #[serde(borrow)]
    Row(JsonRow<'a>),
    Trailer(TimelineTrailer),
}

/// Returns the JSON Schema of a line of a timeline. `docs/schemas/timeline.schema.json` is a copy.
#[must_use]
pub fn json_schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<TimelineLine<'_>>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
