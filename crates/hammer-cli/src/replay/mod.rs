//! `hammer replay`: plays a timeline, or a log, against an endpoint.

mod fidelity;
mod job;
mod load_args;
mod plan;
mod play_args;
mod replayer;
mod report;
mod safety_args;
mod source;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_http::{Header, Http, HttpBuilder, masked};
use hammer_replay::play::{Account, Player, Survey};

use self::fidelity::Fidelity;
use self::job::ReplayJob;
use self::load_args::ReplayLoadArgs;
use self::play_args::PlayArgs;
use self::replayer::{Mint, Replayer};
use self::report::ReplayReport;
use self::safety_args::SafetyArgs;
use self::source::Source;
use crate::error::{Error, chain};
use crate::exit::Exit;
use crate::http::{WireArgs, parsed, url};
use crate::output::OutputArgs;
use crate::runner;
use crate::timeline::ReadingArgs;

/// The subcommand.
pub(crate) const NAME: &str = "replay";

/// Routes that have a row of their own in the report.
const ROUTES: usize = 20;

/// What is played, and to whom.
#[derive(Debug, Args)]
#[group(skip)]
struct ReplayArgs {
    /// Timeline to play (- is the standard input), or a log to make one of
    file: PathBuf,
    /// Where all of it goes: http://HOST[:PORT], or https
    #[arg(long, value_name = "URL", value_parser = origin)]
    endpoint: String,
    /// Header to add: 'Name: value'; repeatable
    #[arg(short = 'H', long, value_name = "HEADER", value_parser = added)]
    #[arg(allow_hyphen_values = true)]
    header: Vec<Header>,
    /// Host header: keep that of the row, endpoint, or a name to give
    #[arg(long, value_name = "HOST", default_value = "keep", value_parser = host)]
    host: String,
    /// Header that tells the target which client a row is of, as the timeline has it
    #[arg(long, value_name = "NAME", value_parser = name)]
    client_header: Option<String>,
    #[command(flatten)]
    play: PlayArgs,
    #[command(flatten)]
    safety: SafetyArgs,
    #[command(flatten)]
    load: ReplayLoadArgs,
    #[command(flatten)]
    wire: WireArgs,
    #[command(flatten)]
    reading: ReadingArgs,
}

/// `replay FILE --endpoint URL`.
pub(crate) fn command() -> Command {
    OutputArgs::augment_args(ReplayArgs::augment_args(Command::new(NAME)))
        .about("Play a timeline, or an access log, against an endpoint")
}

/// Everything that is known before anything is sent.
struct Play {
    player: Player,
    survey: Arc<Survey>,
    http: Http,
    mint: Arc<Mint>,
    /// What whoever sends it should know.
    doubts: Vec<String>,
}

/// Plays it, or tells what would be sent.
pub(crate) fn run(matches: &ArgMatches) -> Result<Exit, Error> {
    let args = ReplayArgs::from_arg_matches(matches)?;
    let output = OutputArgs::from_arg_matches(matches)?;
    let source = Source::open(&args.file, &args.reading, matches)?;
    let target = format!("{} at {}", args.file.display(), masked(&args.endpoint));
    let load = args.load.clone();
    let play = args.play_of(&source)?;
    let account = Account::default();
    let schedule = load.schedule(&play, &account);
    output.thresholds().fit(&[("", schedule.shape())])?;
    if output.dry_run() {
        return Ok(plan::print(&play, &target, &load));
    }
    if !output.quiet() {
        play.doubts
            .iter()
            .for_each(|doubt| runner::say(&format!("warning: {doubt}")));
    }
    let fidelity = Arc::new(Mutex::new(Fidelity::default()));
    let (survey, names) = (play.survey.clone(), play.mint.names().to_vec());
    let job = ReplayJob {
        hammer: Replayer::new(play.http, names.clone(), fidelity.clone()),
        schedule,
        load,
        target,
        peak: survey.peak(),
    };
    let read = account.clone();
    let exit = runner::execute_telling(Box::new(job), &output, move |report| {
        let fidelity = std::mem::take(&mut *fidelity::locked(&fidelity));
        Box::new(ReplayReport::new(
            report,
            &survey.all,
            &read.tally(),
            fidelity,
            &names,
        ))
    })?;
    match account.take_trouble() {
        None => Ok(exit),
        Some(error) => {
            runner::say(&format!("error: failed to play on: {}", chain(&error)));
            Ok(Exit::FAILED)
        }
    }
}

impl ReplayArgs {
    fn play_of(self, source: &Source) -> Result<Play, Error> {
        let failed =
            |error: hammer_replay::Error| Error::Run(format!("failed to {}", chain(&error)));
        let player = self.play.player(source.player(), source.header())?;
        let player = self.load.player(player);
        if let Some(own) = &self.client_header
            && (self.header.iter()).any(|given| given.name().eq_ignore_ascii_case(own))
        {
            return Err(Error::Usage(format!(
                "--client-header sets {own} for each row, and -H for all; right would be one of them"
            )));
        }
        let seed = self.load.seed();
        let player = self.safety.apply(player, &self.endpoint, seed)?;
        let http = self.header.iter().cloned();
        let http = http.fold(Http::builder(&self.endpoint), HttpBuilder::header_line);
        let http = self.wire.apply(http).build();
        let http = http.map_err(|error| {
            Error::Usage(format!("failed to build the hammer: {}", chain(&error)))
        })?;
        let requests = http.requests();
        let mint = Mint::new(requests, self.host, self.client_header.clone());
        // What the routes are is known afterwards; whether a row can be sent depends on none.
        let survey = player.survey(|cue| mint.check(cue)).map_err(failed)?;
        self.safety.check_endpoint(&self.endpoint, &survey)?;
        let mut doubts: Vec<_> = (self.safety.blind(&survey).map(str::to_owned))
            .into_iter()
            .collect();
        for (flag, wanted) in [
            ("--by client", self.play.by_client()),
            ("--client-header", self.client_header.is_some()),
        ] {
            doubts.extend(without_client(flag, wanted, &survey)?);
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
        let (top, _) = survey.names.top(ROUTES);
        let names = top.into_iter().map(|(name, _)| name.to_owned()).collect();
        Ok(Play {
            mint: Arc::new(mint.with_names(names)),
            player,
            survey: Arc::new(survey),
            http,
            doubts,
        })
    }
}

/// What a flag that looks at clients does without them.
fn without_client(flag: &str, wanted: bool, survey: &Survey) -> Result<Option<String>, Error> {
    let (rows, with) = (survey.rows(), survey.with_client);
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
fn origin(text: &str) -> Result<String, String> {
    let checked = url(text)?;
    let parsed = url::Url::parse(&checked).map_err(|error| error.to_string())?;
    if parsed.path() != "/" || parsed.query().is_some() || parsed.fragment().is_some() {
        let mut right = parsed.clone();
        right.set_path("");
        right.set_query(None);
        right.set_fragment(None);
        return Err(format!(
            "has more than a host and a port, and targets come from the rows; right would be {}, and \
             --rewrite '^/=>/prefix/' for a prefix",
            masked(right.as_str().trim_end_matches('/'))
        ));
    }
    Ok(checked)
}

fn added(text: &str) -> Result<Header, String> {
    let header = parsed::<Header>(text)?;
    if header.name().eq_ignore_ascii_case("host") {
        return Err("is what each row has of its own; right would be --host NAME".into());
    }
    Ok(header)
}

/// A value of the header Host, or a word that says which that is.
fn host(text: &str) -> Result<String, String> {
    let stands = |byte: u8| byte.is_ascii_graphic() && !b"/?#@\\,\"<>".contains(&byte);
    if text.is_empty() || !text.bytes().all(stands) {
        return Err("is no host; right would be keep, endpoint, or shop.example".into());
    }
    Ok(text.to_owned())
}

fn name(text: &str) -> Result<String, String> {
    let header = Header::new(text, "").map_err(|error| chain(&error))?;
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
