//! The part of a run that a figure describes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The part of a run that a figure describes: the whole run if nothing is named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct FigureScope {
    /// The load of a plan of several loads.
    pub load: Option<String>,
    /// The stage of the shape.
    pub stage: Option<StageScope>,
    /// The group of hits.
    pub group: Option<String>,
}

/// A stage of the shape.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StageScope {
    /// Its number, from 1.
    pub number: usize,
    /// The stage as an expression, such as `100..1000/5m`.
    pub stage: String,
}

impl FigureScope {
    /// True if it is the whole run.
    #[must_use]
    pub fn is_whole_run(&self) -> bool {
        *self == Self::default()
    }
}

/// Writes the scope as a threshold names it, such as `[checkout, stage 2]`, and nothing for the whole
/// run.
impl fmt::Display for FigureScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = self.stage.as_ref();
        let stage = stage.map(|stage| format!("stage {}", stage.number));
        let parts = [self.load.clone(), stage, self.group.clone()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            return Ok(());
        }
        write!(f, "[{}]", parts.join(", "))
    }
}
