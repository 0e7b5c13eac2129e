use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;

use super::row_text::RowText;
use super::{Header, Trailer};

/// A line of a timeline: the first is a header, the last a trailer, and all between are rows.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "A line of a timeline of Hammer")]
#[expect(dead_code, reason = "it makes the schema")]
enum Line<'a> {
    Header(Header),
    #[serde(borrow)]
    Row(RowText<'a>),
    Trailer(Trailer),
}

/// The JSON Schema of the lines of a timeline, made from their types;
/// `docs/schemas/timeline.schema.json` is a copy of it.
#[must_use]
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<Line<'_>>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
