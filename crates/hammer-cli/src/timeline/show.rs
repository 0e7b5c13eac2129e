use std::io::{self, Write};
use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_replay::play::{Census, Player, Survey};
use hammer_replay::timeline::Header;
use jiff::SignedDuration;

use super::summary;
use crate::error::{Error, chain};
use crate::exit::Exit;
use crate::text::lines::{cut, listed, wrapped};
use crate::text::number::{rate, whole};
use crate::text::{asked, shape};

/// The subcommand of `timeline`.
pub(super) const NAME: &str = "show";

/// Routes that are named.
const ROUTES: usize = 10;
/// Columns for the name of one.
const ROUTE: usize = 70;

#[derive(Debug, Args)]
#[group(skip)]
struct ShowArgs {
    /// Timeline to look at
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `timeline show FILE`.
pub(super) fn command() -> Command {
    ShowArgs::augment_args(Command::new(NAME))
        .about("Show what is in a timeline, and what playing it would take")
}

/// Reads all of it, and prints what is in it.
pub(super) fn run(matches: &ArgMatches) -> Result<Exit, Error> {
    let args = ShowArgs::from_arg_matches(matches)?;
    let player = Player::of(&args.file).looking_only();
    let survey = player.survey(|_| Ok(()));
    let survey = survey.map_err(|error| Error::Run(format!("failed to {}", chain(&error))))?;
    let mut text = wrapped("timeline", &args.file.display().to_string(), 1);
    text.push_str(&head(&survey));
    if survey.hits > 0 {
        text.push_str(&body(&player, &survey));
    }
    let left_out = survey.trailer.skipped.iter();
    text.push_str(&skipped("left out", left_out.map(|(why, n)| (&**why, *n))));
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(Exit::OK)
}

/// When it was, and of what.
fn head(survey: &Survey) -> String {
    let header = &survey.header;
    let span = SignedDuration::try_from(survey.length()).unwrap_or_default();
    let end = header.epoch.checked_add(span).unwrap_or(header.epoch);
    let (rows, seconds) = (whole(survey.rows()), survey.length().as_secs_f64());
    // Without a row the epoch is no time.
    if survey.rows() == 0 {
        return wrapped("span", "no row", 1) + &logs(header);
    }
    let mut text = wrapped(
        "epoch",
        &format!("{}, about until {end:.0}", header.epoch),
        1,
    );
    let span = format!(
        "{rows} rows in {} s   {} on average   {} and {} in 100 ms at the peak",
        rate(seconds),
        asked(survey.rows() as f64 / seconds),
        asked(survey.peak()),
        whole(survey.peak_tenth),
    );
    text.push_str(&wrapped("span", &span, 2));
    text + &times(survey) + &logs(header)
}

/// What its times are: what the rows were counts, and not what the header expected.
fn times(survey: &Survey) -> String {
    let (header, trailer) = (&survey.header, &survey.trailer);
    let Some(base) = trailer.time_base.or(header.time_base) else {
        return String::new();
    };
    let step = trailer.resolution_us.or(header.resolution_us);
    let step = step.map_or(String::new(), |us| {
        format!(", in steps of {} s at the most", rate(us as f64 / 1e6))
    });
    wrapped("times", &format!("{}{step}", summary::based(base)), 1)
}

fn logs(header: &Header) -> String {
    let names: Vec<_> = (header.sources.iter())
        .map(|source| format!("{} ({})", source.name, source.format))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    listed("logs", &names, |shown| {
        format!("{} more", names.len() - shown)
    })
}

/// The rate over time, and what the hits are.
pub(crate) fn body(player: &Player, survey: &Survey) -> String {
    let once = survey.length_of_one(player);
    let tally = &survey.tally;
    let mut text = shape::drawing_of_counts(tally.planned(), tally.width_s(), once);
    for (name, census) in [("methods", &survey.methods), ("statuses", &survey.statuses)] {
        text.push_str(&counted(name, census));
    }
    if survey.in_flight > 0.0 {
        let flight = format!(
            "{} hits on average, {} in the second of most, if all took as long as was logged",
            rate(survey.in_flight),
            rate(survey.peak_in_flight)
        );
        text.push_str(&wrapped("in flight", &flight, 2));
    }
    let (top, others) = survey.names.top(ROUTES);
    for (index, (route, n)) in top.iter().enumerate() {
        let name = if index == 0 { "routes" } else { "" };
        text.push_str(&format!(
            "{name:<14}{:>12}  {}\n",
            whole(*n),
            cut(route, ROUTE)
        ));
    }
    if others > 0 {
        text.push_str(&format!("{:<14}{:>12}  all others\n", "", whole(others)));
    }
    text
}

fn counted(name: &str, census: &Census) -> String {
    let (top, others) = census.top(8);
    let mut items: Vec<_> = top
        .iter()
        .map(|(what, n)| format!("{what}: {}", whole(*n)))
        .collect();
    if others > 0 {
        items.push(format!("others: {}", whole(others)));
    }
    listed(name, &items, |shown| {
        format!("{} more", items.len() - shown)
    })
}

/// How many are not in it, by reason.
pub(crate) fn skipped<'s>(name: &str, counts: impl Iterator<Item = (&'s str, u64)>) -> String {
    let items: Vec<_> = counts
        .map(|(why, n)| format!("{}: {}", why.replace('_', " "), whole(n)))
        .collect();
    if items.is_empty() {
        return String::new();
    }
    wrapped(name, &items.join("   "), 3)
}
