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

#[cfg(test)]
mod tests {
    use clap::{Args, Command};

    use crate::args::OutputArgs;

    #[test]
    fn the_display_can_be_chosen_if_it_is_built_in() {
        for (flags, is_known) in [
            (&["--progress", "auto"][..], true),
            (&["--progress", "line"], true),
            (&["--progress", "lines"], true),
            (&["--progress", "none"], true),
            (&["--progress", "live"], cfg!(feature = "live")),
            (&["--live"], cfg!(feature = "live")),
            (&["--live", "--progress", "line"], false),
            (&["-q", "--progress", "line"], false),
            (&["--progress", "dots"], false),
        ] {
            let command = OutputArgs::augment_args(Command::new("hammer"));
            let parsed = command.try_get_matches_from([&["hammer"], flags].concat());
            assert_eq!(parsed.is_ok(), is_known, "{flags:?}");
        }
    }
}
