//! `hammer replay`: plays a timeline, or an access log, against an endpoint.

mod dry_run;
mod fidelity;
mod load_args;
mod playback_args;
mod replay_hammer;
mod replay_job;
mod replay_report;
mod safety_args;
mod timeline_input;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_diagnostic::chain;
use hammer_http::{Http, HttpBuilder, RequestHeader, mask_url};
use hammer_replay::play::{PlaybackForecast, PlaybackStatus, TimelinePlayer};

use self::fidelity::LogComparison;
use self::load_args::ReplayLoadArgs;
use self::playback_args::PlaybackArgs;
use self::replay_hammer::{ReplayHammer, ReplayRequestFactory};
use self::replay_job::ReplayJob;
use self::replay_report::ReplayReport;
use self::safety_args::ReplaySafetyArgs;
use self::timeline_input::TimelineInput;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::http::{HttpTransportArgs, parse_url, parse_value};
use crate::output::output_args::OutputArgs;
use crate::runner;
use crate::setting_names::SettingNames;
use crate::text::number::format_count;
use crate::timeline::LogReadingArgs;

/// Name of the subcommand.
pub(crate) const NAME: &str = "replay";

/// Maximum number of routes with their own group in the report.
const MAX_GROUPS: usize = 20;

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
    load: ReplayLoadArgs,
    #[command(flatten)]
    transport: HttpTransportArgs,
    #[command(flatten)]
    log_reading: LogReadingArgs,
}

/// Defines `replay FILE --endpoint URL`.
pub(crate) fn command() -> Command {
    OutputArgs::augment_args(ReplayArgs::augment_args(Command::new(NAME)))
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
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = ReplayArgs::from_arg_matches(matches)?;
    let output = OutputArgs::from_arg_matches(matches)?;
    let source = TimelineInput::open(&args.file, &args.log_reading, matches)?;
    let target = format!("{} at {}", args.file.display(), mask_url(&args.endpoint));
    let load = args.load.clone();
    let replay = args.prepare(&source)?;
    let status = PlaybackStatus::default();
    let schedule = load.schedule(&replay, &status);
    output.thresholds().validate(&[("", schedule.shape())])?;
    if output.dry_run() {
        return Ok(dry_run::print(&replay, &target, &load));
    }
    if !output.quiet() {
        replay
            .warnings
            .iter()
            .for_each(|warning| runner::print_stderr(&format!("warning: {warning}")));
    }
    let fidelity = Arc::new(Mutex::new(LogComparison::default()));
    let (survey, names) = (replay.survey.clone(), replay.factory.group_names().to_vec());
    let job = ReplayJob {
        hammer: ReplayHammer::new(replay.http, names.clone(), fidelity.clone()),
        schedule,
        load,
        target,
        peak: survey.peak_rate(),
    };
    let playback = status.clone();
    let exit = runner::execute_with(Box::new(job), &output, move |report| {
        let fidelity = std::mem::take(&mut *fidelity::lock_fidelity(&fidelity));
        Box::new(ReplayReport::new(
            report,
            &survey.all_passes,
            &playback.time_series(),
            fidelity,
            &names,
        ))
    })?;
    match status.take_error() {
        None => Ok(exit),
        Some(error) => {
            let problem = SettingNames::Flags.reword(&chain(&error));
            runner::print_stderr(&format!("error: failed to continue the replay: {problem}"));
            Ok(CommandExit::FAILED)
        }
    }
}

impl ReplayArgs {
    fn prepare(self, source: &TimelineInput) -> Result<SurveyedReplay, Error> {
        let failed =
            |error: hammer_replay::Error| Error::Run(format!("failed to {}", chain(&error)));
        let player = self
            .playback
            .configure_player(source.player(), source.header())?;
        let player = self.load.limit_player(player);
        if let Some(name) = &self.client_header
            && (self.header.iter()).any(|header| header.name().eq_ignore_ascii_case(name))
        {
            return Err(Error::Usage(format!(
                "--client-header {name} cannot be combined with -H for the same header"
            )));
        }
        let seed = self.load.seed();
        let player = self.safety.configure_player(player, &self.endpoint, seed)?;
        let http = self.header.iter().cloned();
        let http = http.fold(Http::builder(&self.endpoint), HttpBuilder::header_line);
        let http = self.transport.apply(http).build();
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
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"/?#@\\,\"<>".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_allowed) {
        return Err("expected keep, endpoint, or a host such as shop.example".into());
    }
    Ok(text.to_owned())
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
