//! Names of the compared runs.

use hammer_analysis::{ComparisonSide, RunPosition};

/// The names of the runs of both sides, in the order in which they are compared: their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SideNames {
    pub(crate) base: Vec<String>,
    pub(crate) new: Vec<String>,
}

impl SideNames {
    /// The places of all runs with their names, as in `base run 1`.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (RunPosition, &str)> {
        let sides = [
            (ComparisonSide::Base, &self.base),
            (ComparisonSide::New, &self.new),
        ];
        sides.into_iter().flat_map(|(side, names)| {
            let names = names.iter().enumerate();
            names.map(move |(index, name)| (RunPosition { side, index }, name.as_str()))
        })
    }
}
