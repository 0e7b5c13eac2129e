use std::path::PathBuf;
use std::time::Instant;
use std::{fs, io};

use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use hammer_core::Stop;
use hammer_replay::ErrorKind;
use hammer_replay::build::{Build, ClientKey, Include};

use super::reading_args::ReadingArgs;
use super::summary;
use crate::error::{Error, chain};
use crate::exit::Exit;
use crate::runner;
use crate::signals::Signals;

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
struct BuildArgs {
    /// Logs, plain or packed by gzip, zstd or bzip2; - is the standard input
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// File to write, packed if it ends in .zst; - is the standard output, not packed
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Seed of the draws
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Fail at the first line that is no hit
    #[arg(long)]
    strict: bool,
    /// Write what is left out otherwise
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    include: Vec<Extra>,
    /// Leave out what is written otherwise
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    exclude: Vec<Field>,
    /// Key of the hashes of clients, the same for timelines that belong together [default: random]
    #[arg(long, value_name = "TOKEN|@FILE")]
    client_key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Extra {
    /// A keyed hash of the address
    Client,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Field {
    Host,
    Status,
    Duration,
    Bytes,
    Route,
}

/// `timeline build LOG… -o FILE`.
pub(super) fn command() -> Command {
    BuildArgs::augment_args(Command::new(NAME))
        .about("Make a timeline of access logs")
        .after_help(AFTER_HELP)
}

/// Builds the timeline, and tells on stderr what is in it.
pub(super) fn run(matches: &ArgMatches) -> Result<Exit, Error> {
    let args = BuildArgs::from_arg_matches(matches)?;
    let begun = Instant::now();
    let stop = Stop::new();
    let build = args.build()?.stop(stop.clone());
    let signals = Signals::watch(&stop)?;
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
            Ok(Exit::OK)
        }
        (Err(error), Some(exit)) if error.kind() == ErrorKind::Stopped => {
            runner::say("stopped: no timeline was written");
            Ok(exit)
        }
        (Err(error), _) => Err(Error::Run(format!("failed to {}", chain(&error)))),
    }
}

impl BuildArgs {
    fn build(&self) -> Result<Build, Error> {
        let build = Build::of(&self.logs)
            .seed(self.seed)
            .strict(self.strict)
            .include(self.included()?);
        self.reading.apply(build, &self.logs)
    }

    fn included(&self) -> Result<Include, Error> {
        let with = |field| !self.exclude.contains(&field);
        let key = self.client_key.as_deref().map(key).transpose()?;
        let wanted = key.is_some() || self.include.contains(&Extra::Client);
        let mut include = Include::default();
        include.host = with(Field::Host);
        include.status = with(Field::Status);
        include.duration = with(Field::Duration);
        include.bytes = with(Field::Bytes);
        include.route = with(Field::Route);
        include.client = wanted.then(|| key.unwrap_or_else(ClientKey::random));
        Ok(include)
    }
}

/// A key as it is given, or what a file has of it, where nobody sees it in the list of processes.
fn key(token: &str) -> Result<ClientKey, Error> {
    let wrong = |wrong: &str| Error::value("--client-key <TOKEN|@FILE>", "***", wrong);
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
    Ok(ClientKey::of(token))
}
