//! A flag of another tool, and what to write instead.

use super::foreign_value::ForeignValue;

/// The tool whose flags are for MQTT.
const MQTT_TOOL: &str = "mosquitto_pub";

/// A flag of another tool, and what to write instead.
#[derive(Debug)]
pub(super) struct ForeignFlag {
    /// The flag with its hyphens.
    pub(super) spelling: &'static str,
    /// The tools that have the flag with this meaning.
    pub(super) tools: &'static str,
    /// An example of its value; empty if it has none.
    pub(super) example: &'static str,
    /// The meaning in these tools.
    pub(super) meaning: &'static str,
    /// The flags of `hammer` with the same effect, with `{}` for the value. Empty if none is needed.
    pub(super) here: &'static str,
}

impl ForeignFlag {
    /// The form of the value.
    pub(super) fn value(&self) -> ForeignValue {
        ForeignValue::of(Some(self.example))
    }

    /// Returns true if the flag is of a tool for MQTT.
    pub(super) fn is_for_mqtt(&self) -> bool {
        self.tools == MQTT_TOOL
    }

    /// Returns true if the replacement is the log of hits.
    pub(super) fn logs_hits(&self) -> bool {
        self.here.contains("hits=")
    }

    /// The flags of `hammer`, with the value if it cannot be a secret, or else with an example.
    pub(super) fn here_with(&self, value: Option<&str>) -> String {
        let form = ForeignValue::of(value);
        let value = value.filter(|_| form == self.value() && form.can_be_shown());
        match (value, form) {
            (Some(method), ForeignValue::Method) => {
                self.here.replace("{}", &method.to_ascii_uppercase())
            }
            (value, _) => self.here.replace("{}", value.unwrap_or(self.example)),
        }
    }

    /// The flags that [`here`](Self::here) uses.
    pub(super) fn flags_here(&self) -> impl Iterator<Item = &'static str> {
        let words = self.here.split_whitespace();
        words.filter(|word| word.starts_with('-') && word.len() > 1)
    }

    /// The tools and the meaning there.
    pub(super) fn origin(&self) -> String {
        format!("{}: {}", self.tools, self.meaning)
    }

    /// The row of the table in the docs.
    #[cfg(test)]
    pub(super) fn markdown_row(&self) -> String {
        let first = self.tools.split(',').next().unwrap_or_default();
        let program = first.to_lowercase();
        let there = format!("{program} {} {}", self.spelling, self.example);
        let here = match self.here_with(None) {
            here if here.is_empty() => "nothing".to_owned(),
            here => format!("`{here}`"),
        };
        let (there, tools, meaning) = (there.trim_end(), self.tools, self.meaning);
        format!("| `{there}` | {tools} | {meaning} | {here} |\n")
    }
}
