use std::io::{self, Write};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use clap_complete::Shell;

use crate::command_exit::CommandExit;
use crate::error::Error;

/// The subcommand.
pub(crate) const NAME: &str = "completions";

#[derive(Debug, Args)]
#[group(skip)]
struct CompletionsArgs {
    /// Shell to write them for
    shell: Shell,
}

/// `completions SHELL`.
pub(crate) fn command() -> Command {
    CompletionsArgs::augment_args(Command::new(NAME)).about("Print completions for a shell")
}

/// Prints the completions of `app`.
pub(crate) fn run(mut app: Command, matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = CompletionsArgs::from_arg_matches(matches)?;
    // Into memory first, since clap_complete panics when it can't write.
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut app, "hammer", &mut script);
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(&script);
    Ok(CommandExit::OK)
}
