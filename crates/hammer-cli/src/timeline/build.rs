use std::path::PathBuf;
use std::time::Instant;

use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use hammer_replay::build::{Build, ClientKey, Include, Shift, Ties};
use hammer_replay::log::{Base, Format};
use hammer_replay::timeline::Spread;
use jiff::tz::{Offset, TimeZone};

use super::summary;
use crate::error::{Error, chain};
use crate::exit::Exit;

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
    /// File to write; packed if it ends in .zst
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Format of the logs: auto, a name, or a directive of nginx or Apache
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    format: String,
    /// What the columns or keys of csv, tsv and json mean: "time=ts target=request.uri duration=ms:ms"
    #[arg(long, value_name = "MEANING=COLUMN ...")]
    columns: Option<String>,
    /// What stamps tell, if the format is wrong about it
    #[arg(long, value_enum, value_name = "END")]
    time_base: Option<TimeBase>,
    /// What to do with stamps of whole seconds: draw a place in it, even distances, or nothing
    #[arg(long, value_enum, value_name = "HOW", default_value = "uniform")]
    spread: How,
    /// Order of rows of one whole second: that of their lines, or by what they are
    #[arg(long, value_enum, value_name = "ORDER", default_value = "line")]
    ties: Order,
    /// Seed of the draws
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Zone of stamps without one: Europe/Berlin, +02:00
    #[arg(long, value_name = "ZONE", value_parser = zone, default_value = "UTC", allow_hyphen_values = true)]
    tz: TimeZone,
    /// Add to the stamps of a log whose clock was wrong: node2.log=+120ms; repeatable
    #[arg(long, value_name = "LOG=TIME", value_parser = shift, allow_hyphen_values = true)]
    shift: Vec<Shift>,
    /// Lines that say no time are this many a second
    #[arg(long, value_name = "RATE", value_parser = per_second)]
    untimed_rate: Option<f64>,
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
    #[arg(long, value_name = "TOKEN")]
    client_key: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TimeBase {
    /// They tell when a request began
    Start,
    /// They tell when it had been answered: its duration is taken off
    End,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum How {
    Uniform,
    Even,
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    Line,
    Content,
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
    let built = args
        .build()?
        .write(&args.output)
        .map_err(|error| Error::Run(format!("failed to {}", chain(&error))))?;
    summary::print(&built, &args.output, begun.elapsed());
    Ok(Exit::OK)
}

impl BuildArgs {
    fn build(&self) -> Result<Build, Error> {
        let mut build = Build::of(&self.logs)
            .zone(self.tz.clone())
            .seed(self.seed)
            .strict(self.strict)
            .shifts(self.shift.clone())
            .include(self.included())
            .spread(match self.spread {
                How::Uniform => Spread::Uniform,
                How::Even => Spread::Even,
                How::None => Spread::None,
            })
            .ties(match self.ties {
                Order::Line => Ties::Line,
                Order::Content => Ties::Content,
            });
        for shift in &self.shift {
            if !self.logs.iter().any(|log| log.ends_with(&shift.log)) {
                let shown = shift.log.display().to_string();
                return Err(Error::value(
                    "--shift <LOG=TIME>",
                    &shown,
                    "is none of the logs",
                ));
            }
        }
        if self.format == "auto" {
            if let Some(columns) = &self.columns {
                let wrong = "is for --format json, csv or tsv";
                return Err(Error::value(
                    "--columns <MEANING=COLUMN ...>",
                    columns,
                    wrong,
                ));
            }
        } else {
            let format = Format::parse(&self.format, self.columns.as_deref());
            let wrong = |error| Error::value("--format <FORMAT>", &self.format, error);
            build = build.format(format.map_err(wrong)?);
        }
        if let Some(base) = self.time_base {
            build = build.base(match base {
                TimeBase::Start => Base::Start,
                TimeBase::End => Base::End,
            });
        }
        Ok(match self.untimed_rate {
            Some(per_second) => build.per_second(per_second),
            None => build,
        })
    }

    fn included(&self) -> Include {
        let with = |field| !self.exclude.contains(&field);
        let key = self.client_key.as_deref().map(ClientKey::of);
        let wanted = key.is_some() || self.include.contains(&Extra::Client);
        let mut include = Include::default();
        include.host = with(Field::Host);
        include.status = with(Field::Status);
        include.duration = with(Field::Duration);
        include.bytes = with(Field::Bytes);
        include.route = with(Field::Route);
        include.client = wanted.then(|| key.unwrap_or_else(ClientKey::random));
        include
    }
}

fn zone(text: &str) -> Result<TimeZone, String> {
    let right = "right would be Europe/Berlin or +02:00";
    if let Some(east) = text.strip_prefix(['+', '-']) {
        let (hours, minutes) = east.split_once(':').unwrap_or((east, "0"));
        let number = |digits: &str| digits.parse::<i32>().ok().filter(|number| *number < 60);
        let seconds = number(hours).zip(number(minutes));
        let seconds = seconds.map(|(hours, minutes)| (hours * 60 + minutes) * 60);
        let signed = seconds.map(|it| if text.starts_with('-') { -it } else { it });
        let offset = signed.and_then(|seconds| Offset::from_seconds(seconds).ok());
        return offset
            .map(TimeZone::fixed)
            .ok_or_else(|| format!("is no offset; {right}"));
    }
    TimeZone::get(text).map_err(|_| format!("is no zone that this system knows; {right}"))
}

fn shift(text: &str) -> Result<Shift, String> {
    let right = "right would be node2.log=+120ms";
    let (log, time) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("has no =; {right}"))?;
    let (sign, length) = match time.strip_prefix('-') {
        Some(length) => (-1, length),
        None => (1, time.strip_prefix('+').unwrap_or(time)),
    };
    let length = crate::span::parse(length)?;
    let micros = i64::try_from(length.as_micros()).map_err(|_| format!("is too long; {right}"))?;
    Ok(Shift {
        log: log.into(),
        micros: sign * micros,
    })
}

fn per_second(text: &str) -> Result<f64, String> {
    let rate: Result<hammer_core::Rate, _> = text.parse();
    rate.map(|rate| rate.as_f64())
        .map_err(|error| error.to_string())
}
