//! `hammer timeline`: what makes timelines, and looks at them.

mod build;
mod log_reading_args;
pub(crate) mod show;
mod summary;

use clap::{ArgMatches, Command};

pub(crate) use log_reading_args::LogReadingArgs;

use crate::command_exit::CommandExit;
use crate::error::Error;

/// The subcommand.
pub(crate) const NAME: &str = "timeline";

/// `timeline build` and `timeline show`.
pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Make a timeline of access logs for 'replay', or show what is in one")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([build::command(), show::command()])
}

/// Runs the one that is asked for.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    match matches.subcommand() {
        Some((build::NAME, matches)) => build::run(matches),
        Some((show::NAME, matches)) => show::run(matches),
        _ => Ok(CommandExit::USAGE),
    }
}
