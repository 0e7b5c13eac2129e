use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a plan says for one flag: what would stand behind it on the command line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PlanSetting {
    /// A flag without a value, given or not.
    Flag(bool),
    /// A number, as it would be written.
    Number(serde_json::Number),
    /// A text.
    Text(String),
    /// A flag that is given several times.
    List(Vec<PlanSetting>),
}

impl PlanSetting {
    /// What stands behind the flag, each time it is given: none for [`PlanSetting::Flag`].
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

/// `1e3` is written 1000, since it is a count or a rate.
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
    fn a_setting_is_written_as_on_the_command_line() {
        for (value, texts) in [
            (json!(100), vec!["100"]),
            (json!(2.5), vec!["2.5"]),
            (json!(1e3), vec!["1000"]),
            (json!("10k"), vec!["10k"]),
            (json!(["A: b", 1]), vec!["A: b", "1"]),
            (json!(true), vec![]),
        ] {
            let setting: PlanSetting = serde_json::from_value(value.clone()).expect("is a setting");
            assert_eq!(setting.texts(), texts, "{value}");
        }
    }
}
