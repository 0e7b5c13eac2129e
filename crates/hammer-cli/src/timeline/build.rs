use std::path::PathBuf;
use std::time::Instant;
use std::{fs, io};

use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use hammer_core::StopHandle;
use hammer_diagnostic::chain;
use hammer_replay::ErrorKind;
use hammer_replay::compile::{ClientHashKey, IncludedFields, TimelineBuilder};

use super::log_reading_args::LogReadingArgs;
use super::summary;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::runner;
use crate::signal_watcher::SignalWatcher;

/// The subcommand of `timeline`.
pub(super) const NAME: &str = "build";

/// What shows of a hit, and who sees to it that no more does.
const AFTER_HELP: &str = "\
Formats: auto, combined, common, traefik, envoy, alb, cloudfront, iis, haproxy, caddy, google, \
vegeta, har, w3c; json, csv and tsv with --columns; and the directives of nginx and Apache: \
'log_format main ...;', 'LogFormat \"...\"', or their format string behind 'nginx:' or 'apache:'.

Addresses, user agents, referrers, cookies and the names of users are never written.";

#[derive(Debug, Args)]
#[group(skip)]
struct TimelineBuildArgs {
    /// Logs, plain or packed by gzip, zstd or bzip2; - is the standard input
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// File to write, packed if it ends in .zst; - is the standard output, not packed
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    log_reading: LogReadingArgs,
    /// Seed of the draws
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Fail at the first line that is no hit
    #[arg(long)]
    strict: bool,
    /// Write what is left out otherwise
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    include: Vec<IncludableField>,
    /// Leave out what is written otherwise
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    exclude: Vec<ExcludableField>,
    /// Key of the hashes of clients, the same for timelines that belong together [default: random]
    #[arg(long, value_name = "TOKEN|@FILE")]
    client_key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum IncludableField {
    /// A keyed hash of the address
    Client,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExcludableField {
    Host,
    Status,
    Duration,
    Bytes,
    Route,
}

/// `timeline build LOG… -o FILE`.
pub(super) fn command() -> Command {
    TimelineBuildArgs::augment_args(Command::new(NAME))
        .about("Make a timeline of access logs")
        .after_help(AFTER_HELP)
}

/// Builds the timeline, and tells on stderr what is in it.
pub(super) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = TimelineBuildArgs::from_arg_matches(matches)?;
    let begun = Instant::now();
    let stop = StopHandle::new();
    let build = args.build()?.stop(stop.clone());
    let signals = SignalWatcher::watch(&stop)?;
    let to_stdout = args.output.as_os_str() == "-";
    let built = if to_stdout {
        build.write_to(io::stdout)
    } else {
        build.write(&args.output)
    };
    match (built, signals.exit()) {
        (Ok(built), _) => {
            let output = if to_stdout {
                "standard output".to_owned()
            } else {
                args.output.display().to_string()
            };
            summary::print(&built, &output, begun.elapsed());
            Ok(CommandExit::OK)
        }
        (Err(error), Some(exit)) if error.kind() == ErrorKind::Stopped => {
            runner::print_stderr("stopped: no timeline was written");
            Ok(exit)
        }
        (Err(error), _) => Err(Error::Run(format!("failed to {}", chain(&error)))),
    }
}

impl TimelineBuildArgs {
    fn build(&self) -> Result<TimelineBuilder, Error> {
        let build = TimelineBuilder::new(&self.logs)
            .seed(self.seed)
            .strict(self.strict)
            .include(self.included_fields()?);
        self.log_reading.apply(build, &self.logs)
    }

    fn included_fields(&self) -> Result<IncludedFields, Error> {
        let with = |field| !self.exclude.contains(&field);
        let key = self
            .client_key
            .as_deref()
            .map(parse_client_key)
            .transpose()?;
        let wanted = key.is_some() || self.include.contains(&IncludableField::Client);
        let mut include = IncludedFields::default();
        include.host = with(ExcludableField::Host);
        include.status = with(ExcludableField::Status);
        include.duration = with(ExcludableField::Duration);
        include.bytes = with(ExcludableField::Bytes);
        include.route = with(ExcludableField::Route);
        include.client = wanted.then(|| key.unwrap_or_else(ClientHashKey::random));
        Ok(include)
    }
}

/// A key as it is given, or what a file has of it, where nobody sees it in the list of processes.
fn parse_client_key(token: &str) -> Result<ClientHashKey, Error> {
    let wrong = |wrong: &str| Error::invalid_value("--client-key <TOKEN|@FILE>", "***", wrong);
    let read;
    let token = match token.strip_prefix('@') {
        Some(path) => {
            read = fs::read_to_string(path).map_err(|error| wrong(&format!("{path}: {error}")))?;
            read.trim_end_matches(['\r', '\n'])
        }
        None => token,
    };
    if token.is_empty() {
        return Err(wrong("it is empty, and anybody would know it"));
    }
    Ok(ClientHashKey::from_secret(token))
}
