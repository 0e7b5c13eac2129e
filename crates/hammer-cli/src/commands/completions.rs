//! `hammer completions`: completion scripts for shells.

use clap::{ArgMatches, Args, Command, FromArgMatches};
use clap_complete::Shell;

use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::print_stdout;

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
    print_stdout(&String::from_utf8_lossy(&script))?;
    Ok(CommandExit::OK)
}
