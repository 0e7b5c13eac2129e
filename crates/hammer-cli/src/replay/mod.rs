//! `hammer replay`: plays a timeline, or a log, against an endpoint.

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
use hammer_replay::play::{PlaybackStatus, TimelinePlayer, TimelineSurvey};

use self::fidelity::ReplayFidelity;
use self::load_args::ReplayLoadArgs;
use self::playback_args::PlaybackArgs;
use self::replay_hammer::{ReplayHammer, RequestFactory};
use self::replay_job::ReplayJob;
use self::replay_report::ReplayReport;
use self::safety_args::ReplaySafetyArgs;
use self::timeline_input::TimelineInput;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::http::{HttpTransportArgs, parse_url, parse_value};
use crate::output::output_args::OutputArgs;
use crate::runner;
use crate::timeline::LogReadingArgs;

/// The subcommand.
pub(crate) const NAME: &str = "replay";

/// Routes that have a row of their own in the report.
const MAX_GROUPS: usize = 20;

/// What is played, and to whom.
#[derive(Debug, Args)]
#[group(skip)]
struct ReplayArgs {
    /// Timeline to play (- is the standard input), or a log to make one of
    file: PathBuf,
    /// Where all of it goes: http://HOST[:PORT], or https
    #[arg(long, value_name = "URL", value_parser = parse_origin)]
    endpoint: String,
    /// Header to add: 'Name: value'; repeatable
    #[arg(short = 'H', long, value_name = "HEADER", value_parser = parse_header)]
    #[arg(allow_hyphen_values = true)]
    header: Vec<RequestHeader>,
    /// Host header: keep that of the row, endpoint, or a name to give
    #[arg(long, value_name = "HOST", default_value = "keep", value_parser = parse_host)]
    host: String,
    /// Header that tells the target which client a row is of, as the timeline has it
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

/// `replay FILE --endpoint URL`.
pub(crate) fn command() -> Command {
    OutputArgs::augment_args(ReplayArgs::augment_args(Command::new(NAME)))
        .about("Play a timeline, or an access log, against an endpoint")
}

/// Everything that is known before anything is sent.
struct PreparedReplay {
    player: TimelinePlayer,
    survey: Arc<TimelineSurvey>,
    http: Http,
    factory: Arc<RequestFactory>,
    /// What whoever sends it should know.
    warnings: Vec<String>,
}

/// Plays it, or tells what would be sent.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = ReplayArgs::from_arg_matches(matches)?;
    let output = OutputArgs::from_arg_matches(matches)?;
    let source = TimelineInput::open(&args.file, &args.log_reading, matches)?;
    let target = format!("{} at {}", args.file.display(), mask_url(&args.endpoint));
    let load = args.load.clone();
    let play = args.prepare(&source)?;
    let account = PlaybackStatus::default();
    let schedule = load.schedule(&play, &account);
    output.thresholds().validate(&[("", schedule.shape())])?;
    if output.dry_run() {
        return Ok(dry_run::print(&play, &target, &load));
    }
    if !output.quiet() {
        play.warnings
            .iter()
            .for_each(|doubt| runner::print_stderr(&format!("warning: {doubt}")));
    }
    let fidelity = Arc::new(Mutex::new(ReplayFidelity::default()));
    let (survey, names) = (play.survey.clone(), play.factory.group_names().to_vec());
    let job = ReplayJob {
        hammer: ReplayHammer::new(play.http, names.clone(), fidelity.clone()),
        schedule,
        load,
        target,
        peak: survey.peak_rate(),
    };
    let read = account.clone();
    let exit = runner::execute_with(Box::new(job), &output, move |report| {
        let fidelity = std::mem::take(&mut *fidelity::lock_fidelity(&fidelity));
        Box::new(ReplayReport::new(
            report,
            &survey.all_passes,
            &read.time_series(),
            fidelity,
            &names,
        ))
    })?;
    match account.take_error() {
        None => Ok(exit),
        Some(error) => {
            runner::print_stderr(&format!("error: failed to play on: {}", chain(&error)));
            Ok(CommandExit::FAILED)
        }
    }
}

impl ReplayArgs {
    fn prepare(self, source: &TimelineInput) -> Result<PreparedReplay, Error> {
        let failed =
            |error: hammer_replay::Error| Error::Run(format!("failed to {}", chain(&error)));
        let player = self
            .playback
            .configure_player(source.player(), source.header())?;
        let player = self.load.limit_player(player);
        if let Some(own) = &self.client_header
            && (self.header.iter()).any(|given| given.name().eq_ignore_ascii_case(own))
        {
            return Err(Error::Usage(format!(
                "--client-header sets {own} for each row, and -H for all; right would be one of them"
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
        let mint = RequestFactory::new(requests, self.host, self.client_header.clone());
        // What the routes are is known afterwards; whether a row can be sent depends on none.
        let survey = player.survey(|cue| mint.check(cue)).map_err(failed)?;
        self.safety.check_endpoint(&self.endpoint, &survey)?;
        let mut doubts: Vec<_> = (self
            .safety
            .unverified_host_warning(&survey)
            .map(str::to_owned))
        .into_iter()
        .collect();
        for (flag, wanted) in [
            ("--by client", self.playback.samples_by_client()),
            ("--client-header", self.client_header.is_some()),
        ] {
            doubts.extend(missing_client_warning(flag, wanted, &survey)?);
        }
        if survey.hits == 0 {
            let why: Vec<_> = (survey.skipped.iter())
                .map(|(why, n)| format!("{n} {}", why.replace('_', " ")))
                .collect();
            let rows = survey.rows();
            let why = if why.is_empty() {
                "none is wanted".to_owned()
            } else {
                why.join(", ")
            };
            return Err(Error::Run(format!(
                "there is nothing to send: of {rows} rows {why}"
            )));
        }
        let (top, _) = survey.names.top(MAX_GROUPS);
        let names = top.into_iter().map(|(name, _)| name.to_owned()).collect();
        Ok(PreparedReplay {
            factory: Arc::new(mint.with_group_names(names)),
            player,
            survey: Arc::new(survey),
            http,
            warnings: doubts,
        })
    }
}

/// What a flag that looks at clients does without them.
fn missing_client_warning(
    flag: &str,
    wanted: bool,
    survey: &TimelineSurvey,
) -> Result<Option<String>, Error> {
    let (rows, with) = (survey.rows(), survey.rows_with_client);
    if !wanted || with == rows {
        return Ok(None);
    }
    if with == 0 {
        return Err(Error::Usage(format!(
            "no row says which client it is of, as {flag} wants to know; right would be a timeline \
             that was built with '--include client'"
        )));
    }
    let without = rows - with;
    Ok(Some(format!(
        "{without} of {rows} rows do not say which client they are of ({flag})"
    )))
}

/// A URL that names a place and no more: which path is asked for is the rows' matter.
fn parse_origin(text: &str) -> Result<String, String> {
    let checked = parse_url(text)?;
    let parsed = url::Url::parse(&checked).map_err(|error| error.to_string())?;
    if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
        let mut right = parsed.clone();
        right.set_path("");
        right.set_query(None);
        right.set_fragment(None);
        return Err(format!(
            "has more than a host and a port, and targets come from the rows; right would be {}, and \
             --rewrite '^/=>/prefix/' for a prefix",
            mask_url(right.as_str().trim_end_matches('/'))
        ));
    }
    Ok(checked)
}

fn parse_header(text: &str) -> Result<RequestHeader, String> {
    let header = parse_value::<RequestHeader>(text)?;
    if header.name().eq_ignore_ascii_case("host") {
        return Err("is what each row has of its own; right would be --host NAME".into());
    }
    Ok(header)
}

/// A value of the header Host, or a word that says which that is.
fn parse_host(text: &str) -> Result<String, String> {
    let stands = |byte: u8| byte.is_ascii_graphic() && !b"/?#@\\,\"<>".contains(&byte);
    if text.is_empty() || !text.bytes().all(stands) {
        return Err("is no host; right would be keep, endpoint, or shop.example".into());
    }
    Ok(text.to_owned())
}

fn parse_header_name(text: &str) -> Result<String, String> {
    let header = RequestHeader::new(text, "").map_err(|error| chain(&error))?;
    let own = ["host", "content-length", "transfer-encoding", "connection"];
    match own
        .iter()
        .find(|own| header.name().eq_ignore_ascii_case(own))
    {
        Some(own) => Err(format!(
            "{own} means something else; right would be X-Client"
        )),
        None => Ok(text.to_owned()),
    }
}
