//! `hammer timeline`: what makes timelines, and looks at them.

mod build;
mod summary;

use clap::{ArgMatches, Command};

use crate::error::Error;
use crate::exit::Exit;

/// The subcommand.
pub(crate) const NAME: &str = "timeline";

/// `timeline build`.
pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Make a timeline of access logs, for 'replay'")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(build::command())
}

/// Runs the one that is asked for.
pub(crate) fn run(matches: &ArgMatches) -> Result<Exit, Error> {
    match matches.subcommand() {
        Some((build::NAME, matches)) => build::run(matches),
        _ => Ok(Exit::USAGE),
    }
}
