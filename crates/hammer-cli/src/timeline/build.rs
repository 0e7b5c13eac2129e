//! `hammer timeline build`: a timeline from access logs.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use hammer_core::StopHandle;
use hammer_diagnostic::chain;
use hammer_files::InputFile;
use hammer_replay::ErrorKind;
use hammer_replay::compile::{ClientHashKey, IncludedFields, TimelineBuilder};

use super::log_reading_args::LogReadingArgs;
use super::summary;
use crate::args::with_short_help;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::{is_closed_pipe, print_stderr};
use crate::process::SignalWatcher;

/// Name of the subcommand.
pub(super) const NAME: &str = "build";

/// Text after the help: formats, and data that is never written.
const AFTER_HELP: &str = "\
Formats: auto, combined, common, vhost_combined, ingress-nginx, varnish, traefik, envoy, haproxy, \
caddy, squid, uvicorn, alb, elb, s3, cloudfront, cloudflare, google, iis, w3c, ltsv, har, vegeta; \
json, csv, tsv and ltsv with --columns; and directives of nginx and Apache: 'log_format main ...;', 'LogFormat \"...\"', or their format string after 'nginx:' or 'apache:'.

Addresses, user agents, referrers, cookies and user names are never written.";

/// Arguments that `-h` shows.
const COMMON_ARGS: [&str; 6] = ["logs", "output", "format", "columns", "tz", "strict"];

const EXAMPLES: &str = "\
hammer timeline build access.log -o shop.jsonl.zst
hammer timeline build access.log --tz Europe/Berlin -o shop.jsonl.zst
hammer timeline build access.log --include client -o shop.jsonl.zst
hammer timeline build inference.csv --format csv --columns time=arrived -o -
hammer timeline build access.log --strict -o - --exclude status";

#[derive(Debug, Args)]
#[group(skip)]
struct TimelineBuildArgs {
    /// Logs, plain or compressed (gzip, zstd, bzip2); - for stdin
    #[arg(value_name = "LOG", required = true)]
    logs: Vec<PathBuf>,
    /// File to write, compressed if it ends in .zst; - for stdout
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    log_reading: LogReadingArgs,
    /// Seed for random values
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Fail at the first line that would be skipped
    #[arg(long)]
    strict: bool,
    /// Additional fields to include
    #[arg(long, value_enum, value_name = "FIELD", value_delimiter = ',')]
    include: Vec<IncludableTimelineField>,
    /// Fields to exclude
    #[arg(long, value_enum, value_name = "FIELD", value_delimiter = ',')]
    exclude: Vec<ExcludableTimelineField>,
    /// Key for hashes of clients; the same key for related timelines [default: random]
    ///
    /// Maximum file size: 1 MiB.
    #[arg(long, value_name = "TOKEN|@FILE")]
    client_key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum IncludableTimelineField {
    /// Keyed hash of the client address
    Client,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExcludableTimelineField {
    Host,
    Status,
    Duration,
    Bytes,
    Route,
}

/// Defines `timeline build LOG… -o FILE`.
pub(super) fn command() -> Command {
    let command = TimelineBuildArgs::augment_args(Command::new(NAME));
    let command = with_short_help(command, &COMMON_ARGS, EXAMPLES, AFTER_HELP);
    command.about("Build a timeline from access logs")
}

/// Builds the timeline, and prints a summary to stderr.
pub(super) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = TimelineBuildArgs::from_arg_matches(matches)?;
    let started = Instant::now();
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
            summary::print(&built, &output, started.elapsed());
            Ok(CommandExit::OK)
        }
        (Err(error), Some(exit)) if error.kind() == ErrorKind::Stopped => {
            print_stderr("stopped: no timeline was written");
            Ok(exit)
        }
        // The reader of stdout needs no more, as in `| head`.
        (Err(error), _) if to_stdout && is_closed_pipe(&error) => Ok(CommandExit::OK),
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
        let is_included = |field| !self.exclude.contains(&field);
        let key = self
            .client_key
            .as_deref()
            .map(parse_client_key)
            .transpose()?;
        let wanted = key.is_some() || self.include.contains(&IncludableTimelineField::Client);
        let mut include = IncludedFields::default();
        include.host = is_included(ExcludableTimelineField::Host);
        include.status = is_included(ExcludableTimelineField::Status);
        include.duration = is_included(ExcludableTimelineField::Duration);
        include.bytes = is_included(ExcludableTimelineField::Bytes);
        include.route = is_included(ExcludableTimelineField::Route);
        include.client = wanted.then(|| key.unwrap_or_else(ClientHashKey::random));
        Ok(include)
    }
}

/// Reads a key from the command line or a file. A file keeps it out of the process list.
fn parse_client_key(token: &str) -> Result<ClientHashKey, Error> {
    let invalid =
        |problem: &str| Error::invalid_value("--client-key <TOKEN|@FILE>", "***", problem);
    let read;
    let token = match token.strip_prefix('@') {
        Some(path) => {
            read = InputFile::Secret
                .read_text(Path::new(path))
                .map_err(|error| invalid(&format!("{path}: {error}")))?;
            read.trim_end_matches(['\r', '\n'])
        }
        None => token,
    };
    if token.is_empty() {
        return Err(invalid("the key is empty; expected a secret"));
    }
    Ok(ClientHashKey::from_secret(token))
}
