use std::ops::Range;

/// A value and where it stands in the text it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Range<usize>,
}

/// What TOML and JSON have in common. Names of keys carry the byte at which they stand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(serde_json::Number),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<(String, usize, Node)>),
    Null,
}

/// Deeper than any plan is.
pub(crate) const MOST_DEPTH: usize = 16;

impl Node {
    /// The value of a key of a table.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Table(entries) = &self.value else {
            return None;
        };
        let found = entries.iter().find(|(name, ..)| name == key);
        found.map(|(.., node)| node)
    }

    /// The item of a list.
    pub(crate) fn item(&self, index: usize) -> Option<&Self> {
        match &self.value {
            Value::List(items) => items.get(index),
            _ => None,
        }
    }

    /// The same value for serde, without its places.
    pub(crate) fn plain(&self) -> serde_json::Value {
        match &self.value {
            Value::Text(text) => text.clone().into(),
            Value::Number(number) => number.clone().into(),
            Value::Flag(flag) => (*flag).into(),
            Value::List(items) => items.iter().map(Self::plain).collect(),
            Value::Table(entries) => entries
                .iter()
                .map(|(name, _, node)| (name.clone(), node.plain()))
                .collect(),
            Value::Null => serde_json::Value::Null,
        }
    }
}

impl Value {
    /// What it is, for a message that something else was wanted.
    pub(crate) fn kind(&self) -> &'static str {
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
