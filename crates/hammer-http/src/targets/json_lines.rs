//! Parser of targets in JSON, one object per line.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use hammer_diagnostic::chain;
use serde::Deserialize;

use super::{TargetEntry, TargetLineError, parse_weight};
use crate::RequestHeader;

/// A target with the keys of vegeta, and our `weight`, `once` and `name`.
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

/// The values of a header: a list as in vegeta, or a single text.
#[derive(Deserialize)]
#[serde(untagged)]
enum JsonHeaderValues {
    List(Vec<String>),
    Text(String),
}

/// Parses the targets in `text`.
pub(super) fn parse(text: &str) -> Result<Vec<TargetEntry>, TargetLineError> {
    let lines = text.lines().enumerate();
    let entries = lines.filter(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let entries = entries.map(|(index, line)| {
        parse_entry(index + 1, line).map_err(|message| TargetLineError::new(index + 1, message))
    });
    entries.collect()
}

fn parse_entry(line_number: usize, text: &str) -> Result<TargetEntry, String> {
    let line: JsonTarget = serde_json::from_str(text).map_err(|error| {
        let expected = r#"{"method": "GET", "url": "http://127.0.0.1/"}"#;
        format!(
            "malformed target: {}; expected an object such as {expected}",
            describe_json_error(&error)
        )
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
    let body = body.map_err(|error| format!("the body is not valid base64: {error}"))?;
    let weight = line.weight.map(|number| parse_weight(&number.to_string()));
    Ok(TargetEntry {
        line: line_number,
        method: line.method,
        url: line.url,
        headers,
        body: Bytes::from(body),
        weight: weight.transpose()?.unwrap_or(1),
        once: line.once,
        name: line.name.filter(|name| !name.is_empty()),
    })
}

/// The message of serde without the line number, which is always 1.
/// The names of fields are quoted as in other messages: backquotes are for settings.
fn describe_json_error(error: &serde_json::Error) -> String {
    error
        .to_string()
        .replace(" at line 1 column ", " at column ")
        .replace('`', "'")
}
