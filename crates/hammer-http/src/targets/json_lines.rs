//! Targets as JSON objects, one in each line.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hammer_diagnostic::chain;
use serde::Deserialize;

use super::{TargetEntry, TargetLineError, parse_weight};
use crate::RequestHeader;

/// The keys of vegeta, and three of ours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonTarget {
    method: String,
    url: String,
    #[serde(default)]
    header: Option<BTreeMap<String, JsonHeaderValues>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    weight: Option<serde_json::Number>,
    #[serde(default)]
    once: bool,
    #[serde(default)]
    name: Option<String>,
}

/// The values of a header: a list of texts for vegeta, one text for people.
#[derive(Deserialize)]
#[serde(untagged)]
enum JsonHeaderValues {
    List(Vec<String>),
    Text(String),
}

/// The targets of `text`.
pub(super) fn parse(text: &str) -> Result<Vec<TargetEntry>, TargetLineError> {
    let lines = text.lines().enumerate();
    let telling = lines.filter(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let entries = telling.map(|(index, line)| {
        parse_entry(index + 1, line).map_err(|what| TargetLineError::new(index + 1, what))
    });
    entries.collect()
}

fn parse_entry(at: usize, text: &str) -> Result<TargetEntry, String> {
    let line: JsonTarget = serde_json::from_str(text).map_err(|error| {
        let right = r#"it should be {"method": "GET", "url": "http://127.0.0.1/"}"#;
        format!("malformed target: {}: {right}", describe_json_error(&error))
    })?;
    let mut headers = Vec::new();
    for (name, values) in line.header.unwrap_or_default() {
        let values = match values {
            JsonHeaderValues::List(values) => values,
            JsonHeaderValues::Text(value) => vec![value],
        };
        for value in values {
            headers.push(RequestHeader::new(&name, &value).map_err(|error| chain(&error))?);
        }
    }
    let body = BASE64_STANDARD.decode(line.body.unwrap_or_default());
    let body = body.map_err(|error| format!("the body is not in base64: {error}"))?;
    let weight = line.weight.map(|number| parse_weight(&number.to_string()));
    Ok(TargetEntry {
        line: at,
        method: line.method,
        url: line.url,
        headers,
        body: Bytes::from(body),
        weight: weight.transpose()?.unwrap_or(1),
        once: line.once,
        name: line.name.filter(|name| !name.is_empty()),
    })
}

/// What serde says, but for the line, which is always the first.
fn describe_json_error(error: &serde_json::Error) -> String {
    error
        .to_string()
        .replace(" at line 1 column ", " at column ")
}
