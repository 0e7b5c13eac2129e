use std::ops::Range;

/// A value and where it stands in the text it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlanNode {
    pub(crate) value: NodeValue,
    pub(crate) span: Range<usize>,
}

/// What TOML and JSON have in common. Names of keys carry the byte at which they stand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeValue {
    Text(String),
    Number(serde_json::Number),
    Flag(bool),
    List(Vec<PlanNode>),
    Table(Vec<(String, usize, PlanNode)>),
    Null,
}

/// Deeper than any plan is.
pub(crate) const MAX_DEPTH: usize = 16;

impl PlanNode {
    /// The value of a key of a table.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let NodeValue::Table(entries) = &self.value else {
            return None;
        };
        let found = entries.iter().find(|(name, ..)| name == key);
        found.map(|(.., node)| node)
    }

    /// The item of a list.
    pub(crate) fn item(&self, index: usize) -> Option<&Self> {
        match &self.value {
            NodeValue::List(items) => items.get(index),
            _ => None,
        }
    }

    /// The same value for serde, without its places.
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
    /// What it is, for a message that something else was wanted.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Null => "null",
        }
    }
}
