use std::io::{self, Write};

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::command_exit::CommandExit;
use crate::error::Error;

/// The subcommand.
pub(crate) const NAME: &str = "plan";

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct PlanArgs {
    /// Print a plan with a comment for each key
    #[arg(long)]
    example: bool,
    /// Print the JSON schema of plans
    #[arg(long)]
    schema: bool,
}

/// `plan --example`, `plan --schema`.
pub(crate) fn command() -> Command {
    PlanArgs::augment_args(Command::new(NAME))
        .about("Print what helps to write a plan for 'run'")
        .after_help("'hammer run PLAN --dry-run' tells what a plan would do.")
}

/// Prints one of them.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = PlanArgs::from_arg_matches(matches)?;
    let text = if args.example {
        hammer_plan::EXAMPLE.to_owned()
    } else {
        hammer_plan::schema()
    };
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(CommandExit::OK)
}
