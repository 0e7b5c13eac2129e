//! The values of a plan, each with its position in the text.

use std::ops::Range;

/// A value and its position in the text, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlanNode {
    pub(crate) value: NodeValue,
    pub(crate) span: Range<usize>,
    /// True if a variable of the environment was replaced in the value itself.
    pub(crate) is_substituted: bool,
}

/// A value of TOML or JSON. A key comes with its position in the text, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeValue {
    Text(String),
    Number(serde_json::Number),
    Flag(bool),
    List(Vec<PlanNode>),
    Table(Vec<(String, usize, PlanNode)>),
    Null,
}

/// The deepest nesting that is accepted, in levels.
pub(crate) const MAX_DEPTH: usize = 16;

/// The problem with a text that is nested deeper than [`MAX_DEPTH`].
pub(crate) const TOO_DEEP: &str = "nested too deeply";

impl PlanNode {
    /// Makes a node of a value as written.
    pub(crate) fn new(value: NodeValue, span: Range<usize>) -> Self {
        Self {
            value,
            span,
            is_substituted: false,
        }
    }

    /// Returns the value of a key of a table.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let NodeValue::Table(entries) = &self.value else {
            return None;
        };
        let found = entries.iter().find(|(name, ..)| name == key);
        found.map(|(.., node)| node)
    }

    /// Returns an item of a list.
    pub(crate) fn item(&self, index: usize) -> Option<&Self> {
        match &self.value {
            NodeValue::List(items) => items.get(index),
            _ => None,
        }
    }

    /// Returns true if the value has parts from the environment, which errors must not repeat.
    pub(crate) fn has_environment(&self) -> bool {
        match &self.value {
            NodeValue::List(items) => items.iter().any(Self::has_environment),
            NodeValue::Table(entries) => entries.iter().any(|(.., node)| node.has_environment()),
            _ => self.is_substituted,
        }
    }

    /// Returns true if the value is this text.
    pub(crate) fn is_text(&self, wanted: &str) -> bool {
        matches!(&self.value, NodeValue::Text(text) if text == wanted)
    }

    /// Converts the value for serde, without positions.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            NodeValue::Text(text) => text.clone().into(),
            NodeValue::Number(number) => number.clone().into(),
            NodeValue::Flag(flag) => (*flag).into(),
            NodeValue::List(items) => items.iter().map(Self::to_json).collect(),
            NodeValue::Table(entries) => entries
                .iter()
                .map(|(name, _, node)| (name.clone(), node.to_json()))
                .collect(),
            NodeValue::Null => serde_json::Value::Null,
        }
    }
}

impl NodeValue {
    /// Names the type of the value for a message.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Flag(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Null => "null",
        }
    }
}
