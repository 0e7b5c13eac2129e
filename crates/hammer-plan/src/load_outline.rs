//! The outline of a load, which says what thresholds can select.

use std::time::Duration;

use hammer_core::Shape;

/// The parts of a load that a threshold can select.
#[derive(Debug, Clone)]
pub struct LoadOutline {
    /// The name of the load; empty without a plan.
    pub name: String,
    /// The rate, whose stages can be selected.
    pub shape: Shape,
    /// The groups that the report lists on their own.
    pub groups: Vec<String>,
    /// The time in which its hits become due, or `None` if it is not known before the run.
    pub length: Option<Duration>,
}

impl LoadOutline {
    /// Makes the outline of a load without groups and of unknown length.
    #[must_use]
    pub fn new(name: impl Into<String>, shape: Shape) -> Self {
        Self {
            name: name.into(),
            shape,
            groups: vec![],
            length: None,
        }
    }

    /// Sets the time in which hits become due, if it is known.
    #[must_use]
    pub fn with_length(mut self, length: Option<Duration>) -> Self {
        self.length = length;
        self
    }

    /// Sets the groups of the load.
    #[must_use]
    pub fn with_groups(mut self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.groups = groups.into_iter().map(Into::into).collect();
        self
    }
}
