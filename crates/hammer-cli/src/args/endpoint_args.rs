//! Flags of `run --endpoint`, common to all protocols.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde_json::Value;

use crate::PayloadArg;

/// The flags of `run --endpoint`, which fit any protocol.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Endpoint")]
#[non_exhaustive]
pub struct EndpointArgs {
    /// URL of the target; its scheme selects the hammer
    #[arg(long = "endpoint", value_name = "URL")]
    pub url: String,
    /// Request method, for protocols that have one
    #[arg(short = 'X', long)]
    pub method: Option<String>,
    /// Payload of each hit
    ///
    /// Maximum file size: 256 MiB.
    #[arg(short = 'd', long, visible_alias = "data", value_name = "TEXT|@FILE")]
    #[arg(allow_hyphen_values = true)]
    pub payload: Option<PayloadArg>,
    /// Headers as a JSON object: '{"k":"v"}'
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub headers: Option<JsonHeaders>,
    /// Trust only the certificates in this PEM file
    ///
    /// Maximum file size: 16 MiB.
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Skip certificate verification
    #[arg(short = 'k', long)]
    pub insecure: bool,
}

/// Names and values from a JSON object of strings, numbers and booleans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JsonHeaders(Vec<(String, String)>);

impl JsonHeaders {
    pub(crate) fn from_map(headers: &BTreeMap<String, String>) -> Self {
        let pairs = headers.iter();
        Self(
            pairs
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    /// Iterates over names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromStr for JsonHeaders {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Ok(Value::Object(object)) = serde_json::from_str(text) else {
            return Err("expected a JSON object, such as '{\"Name\":\"value\"}'".into());
        };
        let pair = |(name, value)| match value {
            Value::String(value) => Ok((name, value)),
            Value::Number(_) | Value::Bool(_) => Ok((name, value.to_string())),
            _ => Err(format!(
                "the value of {name:?} is invalid; expected a string, a number or a boolean"
            )),
        };
        object
            .into_iter()
            .map(pair)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_a_json_object() {
        let headers: JsonHeaders = r#"{"A":"b","N":1,"T":true}"#.parse().expect("a JSON object");
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [("A", "b"), ("N", "1"), ("T", "true")]
        );
        for (text, problem) in [
            ("", "expected a JSON object"),
            ("A: b", "expected a JSON object"),
            (r#"["A"]"#, "expected a JSON object"),
            (r#"{"A":["b"]}"#, "the value of \"A\""),
        ] {
            let error = text.parse::<JsonHeaders>().expect_err(text);
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
