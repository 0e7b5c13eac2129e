//! `hammer timeline`: builds timelines and shows their contents.

mod build;
mod log_reading_args;
pub(crate) mod show;
mod summary;

use clap::{ArgMatches, Command};

pub(crate) use log_reading_args::LogReadingArgs;
pub(crate) use summary::url_hosts_text;

use crate::command_exit::CommandExit;
use crate::error::Error;

/// Name of the subcommand.
pub(crate) const NAME: &str = "timeline";

const EXAMPLES: &str = "\
Examples:
  hammer timeline build access.log -o shop.jsonl.zst
  hammer timeline build access.log --tz Europe/Berlin -o shop.jsonl.zst
  hammer timeline build inference.csv --format csv --columns time=arrived -o -
  hammer timeline build access.log -o - --exclude status
  hammer timeline show shop.jsonl.zst";

/// Defines `timeline build` and `timeline show`.
pub(crate) fn command() -> Command {
    Command::new(NAME)
        .about("Build a timeline from access logs for 'replay', or show its contents")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(EXAMPLES)
        .subcommands([build::command(), show::command()])
}

/// Runs the subcommand.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    match matches.subcommand() {
        Some((build::NAME, matches)) => build::run(matches),
        Some((show::NAME, matches)) => show::run(matches),
        _ => Ok(CommandExit::USAGE),
    }
}
