//! `hammer replay`: plays a timeline, or an access log, against an endpoint.

mod comparison;
mod fidelity;
mod playback_args;
mod replay_hammer;
mod replay_load;
mod safety_args;
mod timeline_input;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_diagnostic::{Diagnostic, chain, excerpt};
use hammer_http::{Http, HttpBuilder, RequestHeader, mask_url};
use hammer_replay::play::{PlaybackForecast, PlaybackStatus, TimelinePlayer};

use self::playback_args::PlaybackArgs;
use self::replay_hammer::ReplayRequestFactory;
use self::replay_load::ReplayLoad;
use self::safety_args::ReplaySafetyArgs;
use self::timeline_input::TimelineInput;
use crate::args::{EngineArgs, OutputArgs, caret, with_short_help};
use crate::command_exit::CommandExit;
use crate::command_line::MaskedCommandLine;
use crate::error::Error;
use crate::execution;
use crate::http::{HttpTransportArgs, parse_url, parse_value};
use crate::text::number::format_count;
use crate::timeline::LogReadingArgs;

/// Name of the subcommand.
pub(crate) const NAME: &str = "replay";

/// Maximum number of routes with their own group in the report.
const MAX_GROUPS: usize = 20;

/// Arguments that `-h` shows, in addition to those of all loads.
const COMMON_ARGS: [&str; 6] = [
    "file",
    "endpoint",
    "speed",
    "window",
    "sample",
    "allow_methods",
];

const EXAMPLES: &str = "\
hammer replay access.log --endpoint http://127.0.0.1:8080
hammer replay shop.jsonl.zst --endpoint http://127.0.0.1:8080 --speed 2
hammer replay shop.jsonl.zst --endpoint http://127.0.0.1:8080 --window 1h..2h
hammer replay shop.jsonl.zst --endpoint http://127.0.0.1:8080 --sample 10%
hammer replay shop.jsonl.zst --endpoint http://127.0.0.1:8080 --dry-run";

/// The arguments of `replay`.
#[derive(Debug, Args)]
#[group(skip)]
struct ReplayArgs {
    /// Timeline to replay (- for stdin), or an access log
    file: PathBuf,
    /// Target of all requests: http://HOST[:PORT], or https
    #[arg(long, value_name = "URL", value_parser = parse_origin)]
    endpoint: String,
    /// Header to add: 'Name: value'; repeatable
    #[arg(short = 'H', long, value_name = "HEADER", value_parser = parse_header)]
    #[arg(allow_hyphen_values = true)]
    header: Vec<RequestHeader>,
    /// Host header: keep (from the row), endpoint, or a host name
    #[arg(long, value_name = "HOST", default_value = "keep", value_parser = parse_host)]
    host: String,
    /// Header that carries the client of each row
    #[arg(long, value_name = "NAME", value_parser = parse_header_name)]
    client_header: Option<String>,
    #[command(flatten)]
    playback: PlaybackArgs,
    #[command(flatten)]
    safety: ReplaySafetyArgs,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    transport: HttpTransportArgs,
    #[command(flatten)]
    log_reading: LogReadingArgs,
}

/// Defines `replay FILE --endpoint URL`.
pub(crate) fn command() -> Command {
    let command = OutputArgs::augment_args(ReplayArgs::augment_args(Command::new(NAME)));
    with_short_help(command, &COMMON_ARGS, EXAMPLES, "")
        .mut_arg("duration", |duration| {
            duration.help("Maximum duration [default: the whole timeline]")
        })
        .mut_arg("hits", |hits| {
            hits.help("Maximum number of hits [default: the whole timeline]")
        })
        .mut_arg("seed", |seed| seed.help("Seed for random values"))
        .about("Replay a timeline, or an access log, against an endpoint")
}

/// A replay after the survey of its timeline, before anything is sent.
struct SurveyedReplay {
    player: TimelinePlayer,
    survey: Arc<PlaybackForecast>,
    http: Http,
    factory: Arc<ReplayRequestFactory>,
    /// Warnings to print before the replay.
    warnings: Vec<String>,
}

/// Runs the replay, or describes it for a dry run.
pub(crate) fn run(matches: &ArgMatches, line: &MaskedCommandLine) -> Result<CommandExit, Error> {
    let args = ReplayArgs::from_arg_matches(matches)?;
    let output = OutputArgs::from_arg_matches(matches)?.with_command_line(line);
    let source = TimelineInput::open(&args.file, &args.log_reading, matches)?;
    let load = ReplayLoad {
        target: format!("{} at {}", args.file.display(), mask_url(&args.endpoint)),
        engine: args.engine.clone(),
        replay: args.prepare(&source)?,
        status: PlaybackStatus::default(),
    };
    execution::start_load(Box::new(load), &output)
}

impl ReplayArgs {
    fn prepare(self, source: &TimelineInput) -> Result<SurveyedReplay, Error> {
        let failed =
            |error: hammer_replay::Error| Error::Run(format!("failed to {}", chain(&error)));
        let player = self
            .playback
            .configure_player(source.player(), source.header())?;
        let player = player.limits(self.engine.hits(), self.engine.duration());
        if let Some(name) = &self.client_header
            && (self.header.iter()).any(|header| header.name().eq_ignore_ascii_case(name))
        {
            return Err(Error::Usage(format!(
                "--client-header {name} cannot be combined with -H for the same header"
            )));
        }
        let seed = self.engine.seed();
        let player = self.safety.configure_player(player, &self.endpoint, seed)?;
        let http = self.header.iter().cloned();
        let http = http.fold(Http::builder(&self.endpoint), HttpBuilder::header_line);
        let http = self.transport.apply(http, &[]).build();
        let http = http.map_err(|error| {
            Error::Usage(format!("failed to build the hammer: {}", chain(&error)))
        })?;
        let requests = http.request_factory();
        let factory = ReplayRequestFactory::new(requests, self.host, self.client_header.clone());
        // The survey finds the routes. Checking a row does not depend on them.
        let survey = player.survey(|row| factory.check(row)).map_err(failed)?;
        self.safety.check_endpoint(&self.endpoint, &survey)?;
        let mut warnings: Vec<_> = (self
            .safety
            .unverified_host_warning(&survey)
            .map(str::to_owned))
        .into_iter()
        .collect();
        warnings.extend(source.warning().map(str::to_owned));
        for (flag, wanted) in [
            ("--by client", self.playback.samples_by_client()),
            ("--client-header", self.client_header.is_some()),
        ] {
            warnings.extend(missing_client_warning(flag, wanted, &survey)?);
        }
        if survey.hits == 0 {
            let reasons: Vec<_> = (survey.skipped.iter())
                .map(|(reason, n)| format!("{} {}", format_count(*n), reason.replace('_', " ")))
                .collect();
            let rows = survey.rows();
            let reasons = if reasons.is_empty() {
                "none selected".to_owned()
            } else {
                reasons.join(", ")
            };
            return Err(Error::Run(format!(
                "no row can be sent: {} rows, {reasons}",
                format_count(rows)
            )));
        }
        let (top, _) = survey.names.top(MAX_GROUPS);
        let names = top.into_iter().map(|(name, _)| name.to_owned()).collect();
        Ok(SurveyedReplay {
            factory: Arc::new(factory.with_group_names(names)),
            player,
            survey: Arc::new(survey),
            http,
            warnings,
        })
    }
}

/// Warns about rows without a client if `flag` needs clients; fails if no row has one.
fn missing_client_warning(
    flag: &str,
    wanted: bool,
    survey: &PlaybackForecast,
) -> Result<Option<String>, Error> {
    let (rows, with) = (survey.rows(), survey.rows_with_client);
    if !wanted || with == rows {
        return Ok(None);
    }
    if with == 0 {
        return Err(Error::Usage(format!(
            "{flag} needs clients, and no row has one (try a timeline built with '--include client')"
        )));
    }
    Ok(Some(format!(
        "{} of {} rows have no client for {flag}",
        format_count(rows - with),
        format_count(rows)
    )))
}

/// Parses a URL that has only a scheme, a host and a port; the rows have the paths.
fn parse_origin(text: &str) -> Result<String, String> {
    let checked = parse_url(text)?;
    let parsed = url::Url::parse(&checked).map_err(|error| error.to_string())?;
    if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
        let mut origin = parsed.clone();
        origin.set_path("");
        origin.set_query(None);
        origin.set_fragment(None);
        return Err(format!(
            "expected only a host and a port, since the rows have the paths (try {}, and --rewrite \
             '^/=>/prefix/' for a prefix)",
            mask_url(origin.as_str().trim_end_matches('/'))
        ));
    }
    Ok(checked)
}

fn parse_header(text: &str) -> Result<RequestHeader, String> {
    let header = parse_value::<RequestHeader>(text)?;
    if header.name().eq_ignore_ascii_case("host") {
        return Err("each row has its own Host header (try --host NAME)".into());
    }
    Ok(header)
}

/// Parses a value for the Host header, or the words `keep` and `endpoint`.
fn parse_host(text: &str) -> Result<String, String> {
    let is_allowed = |found: char| found.is_ascii_graphic() && !"/?#@\\,\"<>".contains(found);
    let found = text.char_indices().find(|(_, found)| !is_allowed(*found));
    let error = match found {
        None if !text.is_empty() => return Ok(text.to_owned()),
        None => Diagnostic::new(0..0, "missing host"),
        Some((start, found)) => {
            let position = start..start + found.len_utf8();
            let shown = excerpt(&text[position.clone()]);
            Diagnostic::new(position, format!("invalid character {shown} in the host"))
        }
    };
    let expected = "keep, endpoint, or a host such as shop.example";
    Err(caret::show(&error.with_expected(expected).in_input(text)))
}

fn parse_header_name(text: &str) -> Result<String, String> {
    let header = RequestHeader::new(text, "").map_err(|error| chain(&error))?;
    let reserved = ["host", "content-length", "transfer-encoding", "connection"];
    match reserved
        .iter()
        .find(|name| header.name().eq_ignore_ascii_case(name))
    {
        Some(name) => Err(format!("the header {name} is reserved (try X-Client)")),
        None => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_a_host_cannot_have_are_shown() {
        for host in ["keep", "shop.example:8080", "[::1]:80", "a_b%25"] {
            assert_eq!(parse_host(host).as_deref(), Ok(host));
        }
        for (host, shown) in [
            (
                "a b",
                "invalid character ' ' in the host\n\n    a b\n     ^ expected keep",
            ),
            (
                "shop.example/x",
                "character '/' in the host\n\n    shop.example/x\n                ^",
            ),
            ("b\u{fc}cher.de", "character '\u{fc}' in the host"),
            ("", "missing host; expected keep, endpoint, or"),
        ] {
            let error = parse_host(host).expect_err(host);
            assert!(error.contains(shown), "{error}");
        }
    }
}
