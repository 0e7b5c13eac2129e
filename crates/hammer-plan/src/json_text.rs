use std::collections::BTreeSet;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::PlanError;
use crate::excerpt::excerpt;
use crate::plan_node::{MAX_DEPTH, NodeValue, PlanNode};
use crate::plan_source::PlanSource;

/// Reads JSON. Raw values are slices of the text, so their address tells where they stand.
pub(crate) fn parse(source: &PlanSource) -> Result<PlanNode, PlanError> {
    let wrong = |error: serde_json::Error| {
        let at = source.offset(error.line(), error.column());
        source.error_at(at, syntax_error(&error))
    };
    serde_json::from_str::<IgnoredAny>(source.text()).map_err(wrong)?;
    let raw: &RawValue = serde_json::from_str(source.text()).map_err(wrong)?;
    read(source, raw, MAX_DEPTH)
}

/// What is wrong, without the place in serde's words, which may be one in a part of the text.
fn syntax_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    format!("it is no JSON: {}", excerpt(what))
}

fn read(source: &PlanSource, raw: &RawValue, depth: usize) -> Result<PlanNode, PlanError> {
    let text = raw.get();
    let start = text
        .as_ptr()
        .addr()
        .saturating_sub(source.text().as_ptr().addr());
    let span = start..start + text.len();
    let Some(depth) = depth.checked_sub(1) else {
        return Err(source.error_at(start, "it is nested deeper than any plan"));
    };
    let wrong = |error: serde_json::Error| source.error_at(start, syntax_error(&error));
    let value = match text.as_bytes().first() {
        Some(b'{') => {
            let JsonEntries(entries) = serde_json::from_str(text).map_err(wrong)?;
            let mut names = BTreeSet::new();
            let mut table = Vec::with_capacity(entries.len());
            for (name, raw) in entries {
                let node = read(source, raw, depth)?;
                // The name stands before its value, with nothing but blanks and a colon between.
                let before = &source.text()[..node.span.start];
                let before = before.trim_end().trim_end_matches(':').trim_end();
                let quoted = serde_json::to_string(&name).map_or(0, |quoted| quoted.len());
                let at = before.len().saturating_sub(quoted).max(start);
                if !names.insert(name.clone()) {
                    return Err(
                        source.error_at(at, format!("the key '{}' is there twice", excerpt(&name)))
                    );
                }
                table.push((name, at, node));
            }
            NodeValue::Table(table)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
            let nodes = items.into_iter().map(|item| read(source, item, depth));
            NodeValue::List(nodes.collect::<Result<_, _>>()?)
        }
        Some(b'"') => NodeValue::Text(serde_json::from_str(text).map_err(wrong)?),
        Some(b't' | b'f') => NodeValue::Flag(serde_json::from_str(text).map_err(wrong)?),
        Some(b'n') => NodeValue::Null,
        _ => NodeValue::Number(serde_json::from_str(text).map_err(wrong)?),
    };
    Ok(PlanNode { value, span })
}

/// The entries of an object in their order, with the text of each value.
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
