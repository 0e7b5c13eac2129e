//! The outcomes that fail a build.

use clap::ValueEnum;
use hammer_analysis::ComparisonOutcome;

/// The outcomes of a comparison that exit with code 99.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A figure is worse
    #[default]
    Worse,
    /// A figure is worse, or the runs do not suffice to tell
    CannotTell,
}

impl FailOn {
    /// True if this outcome fails.
    pub(crate) fn fails(self, outcome: ComparisonOutcome) -> bool {
        match outcome {
            ComparisonOutcome::Worse => true,
            ComparisonOutcome::CannotTell => self == Self::CannotTell,
            ComparisonOutcome::Better | ComparisonOutcome::Same => false,
        }
    }
}
