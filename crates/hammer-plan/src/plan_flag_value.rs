//! The value of one flag in a plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The value of one flag, as on the command line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Setting")]
#[serde(untagged)]
pub enum PlanFlagValue {
    /// True if a flag without a value is given.
    Flag(bool),
    /// A number.
    Number(serde_json::Number),
    /// A string.
    Text(String),
    /// The values of a flag that is given several times.
    List(Vec<PlanFlagValue>),
}

impl PlanFlagValue {
    /// Returns an argument for each time the flag is given. A [`PlanFlagValue::Flag`] has no arguments.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        match self {
            Self::Flag(_) => vec![],
            Self::Number(number) => vec![format_number(number)],
            Self::Text(text) => vec![text.clone()],
            Self::List(items) => items.iter().flat_map(Self::texts).collect(),
        }
    }
}

/// Writes `1e3` as 1000: a count or a rate has no exponent on the command line.
fn format_number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float.to_string(),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flag_values_are_written_as_on_the_command_line() {
        for (value, texts) in [
            (json!(100), vec!["100"]),
            (json!(2.5), vec!["2.5"]),
            (json!(1e3), vec!["1000"]),
            (json!("10k"), vec!["10k"]),
            (json!(["A: b", 1]), vec!["A: b", "1"]),
            (json!(true), vec![]),
        ] {
            let flag_value: PlanFlagValue =
                serde_json::from_value(value.clone()).expect("valid flag value");
            assert_eq!(flag_value.texts(), texts, "{value}");
        }
    }
}
