//! The ways to show the progress of a run.

use clap::ValueEnum;

/// The ways to show the progress of a run, on stderr.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressMode {
    /// A line that is updated in place; lines in files and pipes
    #[default]
    Auto,
    /// A display of the whole terminal, with charts
    #[cfg(feature = "live")]
    Live,
    /// One line, updated in place
    Line,
    /// A new line every ten seconds
    Lines,
    /// Nothing
    None,
}
