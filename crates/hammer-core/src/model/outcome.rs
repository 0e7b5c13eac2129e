//! Answers of a target and their labels.

use std::fmt;

/// An answer of the target: ok or rejected, a label, and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "an outcome is what a hit returns"]
pub struct Outcome {
    pub(crate) ok: bool,
    pub(crate) label: Label,
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

impl Outcome {
    /// The target answered as expected.
    pub fn ok(label: impl Into<Label>) -> Self {
        Self {
            ok: true,
            label: label.into(),
            sent: 0,
            received: 0,
        }
    }

    /// The target answered with a refusal.
    pub fn rejected(label: impl Into<Label>) -> Self {
        Self {
            ok: false,
            ..Self::ok(label)
        }
    }

    /// Adds the bytes that the hit sent.
    pub fn sent(mut self, bytes: u64) -> Self {
        self.sent += bytes;
        self
    }

    /// Adds the bytes that the answer contained.
    pub fn received(mut self, bytes: u64) -> Self {
        self.received += bytes;
        self
    }

    /// Returns true if the answer was as expected.
    pub fn is_ok(&self) -> bool {
        self.ok
    }

    /// The label of the answer.
    pub fn label(&self) -> Label {
        self.label
    }
}

/// The name of a kind of answer: a code or a fixed text.
///
/// A formatted string is not a label, so the number of labels is bounded. Log details with
/// `tracing::debug!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(LabelContent);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum LabelContent {
    Code(u32),
    Name(&'static str),
}

impl Label {
    /// Creates a label from a number, such as a limit that a target has announced.
    #[must_use]
    pub const fn number(number: u32) -> Self {
        Self(LabelContent::Code(number))
    }

    /// Creates a label from a fixed text, in a constant.
    pub(crate) const fn name(name: &'static str) -> Self {
        Self(LabelContent::Name(name))
    }

    /// Returns true if the label is displayed as `text`.
    pub(crate) fn matches(self, text: &str) -> bool {
        match self.0 {
            LabelContent::Code(code) => code.to_string() == text,
            LabelContent::Name(name) => name == text,
        }
    }
}

impl From<u16> for Label {
    fn from(code: u16) -> Self {
        Self(LabelContent::Code(code.into()))
    }
}

impl From<&'static str> for Label {
    fn from(name: &'static str) -> Self {
        Self(LabelContent::Name(name))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            LabelContent::Code(code) => code.fmt(f),
            LabelContent::Name(name) => f.pad(name),
        }
    }
}
