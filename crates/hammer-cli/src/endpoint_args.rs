use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde_json::Value;

use crate::PayloadArg;

/// What to hit, in words that fit any protocol: the flags of `run --endpoint`.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Endpoint")]
#[non_exhaustive]
pub struct EndpointArgs {
    /// URL of the target; its scheme picks the hammer
    #[arg(long = "endpoint", value_name = "URL")]
    pub url: String,
    /// Method, where the protocol has them [default: the hammer's]
    #[arg(short = 'X', long)]
    pub method: Option<String>,
    /// Payload of each hit
    #[arg(short = 'd', long, visible_alias = "data", value_name = "TEXT|@FILE")]
    #[arg(allow_hyphen_values = true)]
    pub payload: Option<PayloadArg>,
    /// Headers as a JSON object: '{"k":"v"}'
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub headers: Option<JsonHeaders>,
    /// Trust the certificates in this PEM file only
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    /// Trust any certificate
    #[arg(short = 'k', long)]
    pub insecure: bool,
}

/// Names and values, from a JSON object of texts, numbers and booleans.
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

    /// Name and value of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromStr for JsonHeaders {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("{what}; right would be '{{\"Name\":\"value\"}}'");
        let Ok(Value::Object(object)) = serde_json::from_str(text) else {
            return Err(wrong("is no JSON object"));
        };
        let pair = |(name, value)| match value {
            Value::String(value) => Ok((name, value)),
            Value::Number(_) | Value::Bool(_) => Ok((name, value.to_string())),
            _ => Err(wrong(&format!(
                "the value of {name:?} is neither a text nor a number"
            ))),
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
        let headers: JsonHeaders = r#"{"A":"b","N":1,"T":true}"#.parse().expect("is an object");
        assert_eq!(
            headers.iter().collect::<Vec<_>>(),
            [("A", "b"), ("N", "1"), ("T", "true")]
        );
        for (text, why) in [
            ("", "no JSON object"),
            ("A: b", "no JSON object"),
            (r#"["A"]"#, "no JSON object"),
            (r#"{"A":["b"]}"#, "the value of \"A\""),
        ] {
            let error = text.parse::<JsonHeaders>().expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
