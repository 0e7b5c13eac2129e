//! The JSON Schema of plans, made from their types.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;

use crate::Plan;

/// Returns the JSON Schema of plans; `docs/schemas/plan.schema.json` is a copy of it.
#[must_use]
pub fn schema() -> String {
    let schema = generator().into_root_schema_for::<Plan>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

/// Returns the keys that the schema of a type defines.
pub(crate) fn keys<T: schemars::JsonSchema>() -> Vec<String> {
    let schema = generator().into_root_schema_for::<T>();
    let properties = schema.get("properties").and_then(|all| all.as_object());
    properties
        .into_iter()
        .flat_map(|all| all.keys().cloned())
        .collect()
}
