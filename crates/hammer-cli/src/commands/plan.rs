//! `hammer plan`: an example plan and the JSON schema.

use clap::{ArgMatches, Args, Command, FromArgMatches};

use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::print_stdout;

/// Name of the subcommand.
pub(crate) const NAME: &str = "plan";

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct PlanArgs {
    /// Print an example plan with a comment for each key
    #[arg(long)]
    example: bool,
    /// Print the JSON schema of plans
    #[arg(long)]
    schema: bool,
}

/// Defines `plan --example` and `plan --schema`.
pub(crate) fn command() -> Command {
    PlanArgs::augment_args(Command::new(NAME))
        .about("Print an example plan, or the JSON schema of plans")
        .after_help("'hammer run PLAN --dry-run' describes a plan without sending anything.")
}

/// Prints the example or the schema.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = PlanArgs::from_arg_matches(matches)?;
    let text = if args.example {
        hammer_plan::EXAMPLE.to_owned()
    } else {
        hammer_plan::schema()
    };
    print_stdout(&text)?;
    Ok(CommandExit::OK)
}
