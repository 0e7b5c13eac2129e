use std::io::{self, Write};
use std::time::Duration;

use clap::{ArgMatches, Command};
use hammer_http::Http;
use hammer_target::{Knobs, Target};

use crate::entry;
use crate::error::{Error, chain};
use crate::exit::Exit;
use crate::job::Job;
use crate::runner;

/// How long it lasts unless it is told.
const LASTING: Duration = Duration::from_secs(5);

/// The subcommand.
pub(crate) const NAME: &str = "demo";

/// `demo`, with the load of every run and defaults of its own.
pub(crate) fn command() -> Command {
    entry::with_load(Command::new(NAME))
        .about("Start a target of our own and hit it: needs nothing")
        .mut_arg("rate", |rate| rate.default_value("1000"))
        .mut_arg("duration", |duration| {
            duration.help("How long: 30s, 1h30m, or seconds [default: 5s, or as the rate says]")
        })
}

/// Starts the target, hits it, and says what it saw.
pub(crate) fn run(matches: &ArgMatches) -> Result<Exit, Error> {
    let (load, output) = entry::load_of(matches)?;
    let load = load.lasting_unless_told(LASTING);
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Error::Run(format!("failed to {what}: {error}"))
    };
    let target = Target::spawn(Knobs::default()).map_err(|e| failed("start the target", &e))?;
    let url = target.url();
    let hammer = Http::builder(&url).build();
    let hammer = hammer.map_err(|e| failed("build the http hammer", &chain(&e)))?;
    say(
        output.quiet(),
        &format!("demo: a target of our own listens at {url}, and is hit now\n"),
    );
    let job = Job {
        name: "http",
        what: format!("GET {url}"),
        target: url,
        hammer,
        load,
        once: None,
    };
    let exit = runner::start(Box::new(job), &output)?;
    let seen = target.shutdown().counts.requests;
    say(
        output.quiet(),
        &format!("\ndemo: the target itself counted {seen} hits"),
    );
    Ok(exit)
}

fn say(quiet: bool, line: &str) {
    if !quiet {
        let _ = writeln!(io::stderr(), "{line}");
    }
}
