//! The outline of a load, which says what thresholds can select.

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
}

impl LoadOutline {
    /// Makes the outline of a load without groups.
    #[must_use]
    pub fn new(name: impl Into<String>, shape: Shape) -> Self {
        Self {
            name: name.into(),
            shape,
            groups: vec![],
        }
    }

    /// Sets the groups of the load.
    #[must_use]
    pub fn with_groups(mut self, groups: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.groups = groups.into_iter().map(Into::into).collect();
        self
    }
}
