//! `hammer demo`: a load against a local target.

use std::io::{self, Write};
use std::time::Duration;

use clap::{ArgMatches, Command};
use hammer_diagnostic::chain;
use hammer_http::Http;
use hammer_target::{TargetBehavior, TargetServer};

use crate::command_exit::CommandExit;
use crate::command_line::MaskedCommandLine;
use crate::error::Error;
use crate::execution::{self, TypedLoad};
use crate::hammer;

/// Default of `--duration`.
const DEFAULT_DURATION: Duration = Duration::from_secs(5);

/// Name of the subcommand.
pub(crate) const NAME: &str = "demo";

/// Defines `demo`, which takes the flags of any load.
pub(crate) fn command() -> Command {
    hammer::with_load_args(Command::new(NAME))
        .about("Start a local target and hit it")
        .mut_arg("rate", |rate| rate.default_value("1000"))
        .mut_arg("duration", |duration| {
            duration.help("Duration: 30s, 1h30m, or seconds [default: 5s, or as set by the rate]")
        })
}

/// Starts the target, hits it, and prints the number of requests that it counted.
pub(crate) fn run(matches: &ArgMatches, line: &MaskedCommandLine) -> Result<CommandExit, Error> {
    let (load, output) = hammer::parse_load_args(matches)?;
    let output = output.with_command_line(line);
    let load = load.with_default_duration(DEFAULT_DURATION);
    let failed = |action: &str, error: &dyn std::fmt::Display| {
        Error::Run(format!("failed to {action}: {error}"))
    };
    let target = TargetServer::spawn(TargetBehavior::default())
        .map_err(|e| failed("start the target", &e))?;
    let url = target.url();
    let hammer = Http::builder(&url).build();
    let hammer = hammer.map_err(|e| failed("build the http hammer", &chain(&e)))?;
    print_unless_quiet(
        output.quiet(),
        &format!("demo: hitting a local target at {url}\n"),
    );
    let load = TypedLoad {
        name: "http",
        names_are_known: true,
        hit_description: format!("GET {url}"),
        target: url,
        hit_describer: None,
        warnings: vec![],
        hammer,
        load,
        once_renderer: None,
    };
    let exit = execution::start_load(Box::new(load), &output)?;
    let requests = target.shutdown().counts.requests;
    print_unless_quiet(
        output.quiet(),
        &format!("\ndemo: the target counted {requests} hits"),
    );
    Ok(exit)
}

fn print_unless_quiet(quiet: bool, line: &str) {
    if !quiet {
        let _ = writeln!(io::stderr(), "{line}");
    }
}
