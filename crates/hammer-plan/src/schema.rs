use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;

use crate::Plan;

/// The JSON Schema of plans, made from their types; `docs/schemas/plan.schema.json` is the same.
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

/// The keys of a type, as its schema has them.
pub(crate) fn keys<T: schemars::JsonSchema>() -> Vec<String> {
    let schema = generator().into_root_schema_for::<T>();
    let properties = schema.get("properties").and_then(|all| all.as_object());
    properties
        .into_iter()
        .flat_map(|all| all.keys().cloned())
        .collect()
}
