//! `hammer completions`: completion scripts for shells.

use std::io::{self, Write};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use clap_complete::Shell;

use crate::command_exit::CommandExit;
use crate::error::Error;

/// Name of the subcommand.
pub(crate) const NAME: &str = "completions";

#[derive(Debug, Args)]
#[group(skip)]
struct CompletionsArgs {
    /// Shell to generate completions for
    shell: Shell,
}

/// Defines `completions SHELL`.
pub(crate) fn command() -> Command {
    CompletionsArgs::augment_args(Command::new(NAME)).about("Print a completion script for a shell")
}

/// Prints the completion script of `app`.
pub(crate) fn run(mut app: Command, matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = CompletionsArgs::from_arg_matches(matches)?;
    // clap_complete panics if it cannot write, so it writes to memory.
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut app, "hammer", &mut script);
    // A closed pipe is not an error.
    let _ = io::stdout().write_all(&script);
    Ok(CommandExit::OK)
}
