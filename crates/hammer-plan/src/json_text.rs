//! Plans in JSON, with the position of each value.

use std::collections::BTreeSet;
use std::fmt;

use hammer_diagnostic::{excerpt, printable};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::PlanError;
use crate::plan_node::{MAX_DEPTH, NodeValue, PlanNode, TOO_DEEP};
use crate::plan_source_text::PlanSourceText;

/// Parses JSON. A raw value is a slice of the text, so its address gives its position.
pub(crate) fn parse(source: &PlanSourceText) -> Result<PlanNode, PlanError> {
    let to_plan_error = |error: serde_json::Error| {
        let at = source.offset(error.line(), error.column());
        source.error_at(at, syntax_error(&error))
    };
    serde_json::from_str::<IgnoredAny>(source.text()).map_err(to_plan_error)?;
    let raw: &RawValue = serde_json::from_str(source.text()).map_err(to_plan_error)?;
    read(source, raw, MAX_DEPTH)
}

/// Returns the message of a serde error without its line and column, which may be relative to a
/// part of the text.
fn syntax_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let problem = text.split(" at line ").next().unwrap_or(&text);
    format!("invalid JSON: {}", printable(problem))
}

fn read(source: &PlanSourceText, raw: &RawValue, depth: usize) -> Result<PlanNode, PlanError> {
    let text = raw.get();
    let start = text
        .as_ptr()
        .addr()
        .saturating_sub(source.text().as_ptr().addr());
    let span = start..start + text.len();
    let Some(depth) = depth.checked_sub(1) else {
        return Err(source.error_at(start, TOO_DEEP));
    };
    let to_plan_error = |error: serde_json::Error| source.error_at(start, syntax_error(&error));
    let value = match text.as_bytes().first() {
        Some(b'{') => {
            let JsonEntries(entries) = serde_json::from_str(text).map_err(to_plan_error)?;
            let mut names = BTreeSet::new();
            let mut table = Vec::with_capacity(entries.len());
            for (name, raw) in entries {
                let node = read(source, raw, depth)?;
                // Only white space and a colon are between the name and its value.
                let before = &source.text()[..node.span.start];
                let before = before.trim_end().trim_end_matches(':').trim_end();
                let quoted = serde_json::to_string(&name).map_or(0, |quoted| quoted.len());
                let at = before.len().saturating_sub(quoted).max(start);
                if !names.insert(name.clone()) {
                    let problem = format!("duplicate key {}", excerpt(&name));
                    return Err(source.error_at(at, problem));
                }
                table.push((name, at, node));
            }
            NodeValue::Table(table)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(to_plan_error)?;
            let nodes = items.into_iter().map(|item| read(source, item, depth));
            NodeValue::List(nodes.collect::<Result<_, _>>()?)
        }
        Some(b'"') => NodeValue::Text(serde_json::from_str(text).map_err(to_plan_error)?),
        Some(b't' | b'f') => NodeValue::Flag(serde_json::from_str(text).map_err(to_plan_error)?),
        Some(b'n') => NodeValue::Null,
        _ => NodeValue::Number(serde_json::from_str(text).map_err(to_plan_error)?),
    };
    Ok(PlanNode::new(value, span))
}

/// The entries of an object in the order of the text, with the text of each value.
struct JsonEntries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for JsonEntries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;
        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = JsonEntries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = vec![];
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(JsonEntries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor)
    }
}
