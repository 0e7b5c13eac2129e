use std::io::{self, Write};
use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_diagnostic::chain;
use hammer_replay::play::{NameCounts, TimelinePlayer, TimelineSurvey};
use hammer_replay::timeline::TimelineHeader;
use jiff::SignedDuration;

use super::summary;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::text::lines::{list_line, truncate, wrap};
use crate::text::number::{format_count, format_decimal};
use crate::text::{format_rate, rate_chart};

/// The subcommand of `timeline`.
pub(super) const NAME: &str = "show";

/// Routes that are named.
const MAX_ROUTES: usize = 10;
/// Columns for the name of one.
const ROUTE_WIDTH: usize = 70;

#[derive(Debug, Args)]
#[group(skip)]
struct TimelineShowArgs {
    /// Timeline to look at
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// `timeline show FILE`.
pub(super) fn command() -> Command {
    TimelineShowArgs::augment_args(Command::new(NAME))
        .about("Show what is in a timeline, and what playing it would take")
}

/// Reads all of it, and prints what is in it.
pub(super) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = TimelineShowArgs::from_arg_matches(matches)?;
    let player = TimelinePlayer::from_path(&args.file).survey_only();
    let survey = player.survey(|_| Ok(()));
    let survey = survey.map_err(|error| Error::Run(format!("failed to {}", chain(&error))))?;
    let mut text = wrap("timeline", &args.file.display().to_string(), 1);
    text.push_str(&overview(&survey));
    if survey.hits > 0 {
        text.push_str(&contents(&player, &survey));
    }
    let left_out = survey.trailer.skipped.iter();
    text.push_str(&skipped_line(
        "left out",
        left_out.map(|(why, n)| (&**why, *n)),
    ));
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(CommandExit::OK)
}

/// When it was, and of what.
fn overview(survey: &TimelineSurvey) -> String {
    let header = &survey.header;
    let span = SignedDuration::try_from(survey.duration()).unwrap_or_default();
    let end = header.epoch.checked_add(span).unwrap_or(header.epoch);
    let (rows, seconds) = (format_count(survey.rows()), survey.duration().as_secs_f64());
    // Without a row the epoch is no time.
    if survey.rows() == 0 {
        return wrap("span", "no row", 1) + &logs(header);
    }
    let mut text = wrap(
        "epoch",
        &format!("{}, about until {end:.0}", header.epoch),
        1,
    );
    let span = format!(
        "{rows} rows in {} s   {} on average   {} and {} in 100 ms at the peak",
        format_decimal(seconds),
        format_rate(survey.rows() as f64 / seconds),
        format_rate(survey.peak_rate()),
        format_count(survey.peak_per_tenth),
    );
    text.push_str(&wrap("span", &span, 2));
    text + &time_base_line(survey) + &logs(header)
}

/// What its times are: what the rows were counts, and not what the header expected.
fn time_base_line(survey: &TimelineSurvey) -> String {
    let (header, trailer) = (&survey.header, &survey.trailer);
    let Some(base) = trailer.time_base.or(header.time_base) else {
        return String::new();
    };
    let step = trailer.resolution_us.or(header.resolution_us);
    let step = step.map_or(String::new(), |us| {
        format!(
            ", in steps of {} s at the most",
            format_decimal(us as f64 / 1e6)
        )
    });
    wrap(
        "times",
        &format!("{}{step}", summary::time_base_text(base)),
        1,
    )
}

fn logs(header: &TimelineHeader) -> String {
    let names: Vec<_> = (header.sources.iter())
        .map(|source| format!("{} ({})", source.name, source.format))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    list_line("logs", &names, |shown| {
        format!("{} more", names.len() - shown)
    })
}

/// The rate over time, and what the hits are.
pub(crate) fn contents(player: &TimelinePlayer, survey: &TimelineSurvey) -> String {
    let once = survey.pass_duration(player);
    let tally = &survey.time_series;
    let mut text = rate_chart::count_chart(tally.planned(), tally.width_s(), once);
    for (name, census) in [("methods", &survey.methods), ("statuses", &survey.statuses)] {
        text.push_str(&census_line(name, census));
    }
    if survey.in_flight > 0.0 {
        let flight = format!(
            "{} hits on average, {} in the second of most, if all took as long as was logged",
            format_decimal(survey.in_flight),
            format_decimal(survey.peak_in_flight)
        );
        text.push_str(&wrap("in flight", &flight, 2));
    }
    let (top, others) = survey.names.top(MAX_ROUTES);
    for (index, (route, n)) in top.iter().enumerate() {
        let name = if index == 0 { "routes" } else { "" };
        text.push_str(&format!(
            "{name:<14}{:>12}  {}\n",
            format_count(*n),
            truncate(route, ROUTE_WIDTH)
        ));
    }
    if others > 0 {
        text.push_str(&format!(
            "{:<14}{:>12}  all others\n",
            "",
            format_count(others)
        ));
    }
    text
}

fn census_line(name: &str, census: &NameCounts) -> String {
    let (top, others) = census.top(8);
    let mut items: Vec<_> = top
        .iter()
        .map(|(what, n)| format!("{what}: {}", format_count(*n)))
        .collect();
    if others > 0 {
        items.push(format!("others: {}", format_count(others)));
    }
    list_line(name, &items, |shown| {
        format!("{} more", items.len() - shown)
    })
}

/// How many are not in it, by reason.
pub(crate) fn skipped_line<'s>(name: &str, counts: impl Iterator<Item = (&'s str, u64)>) -> String {
    let items: Vec<_> = counts
        .map(|(why, n)| format!("{}: {}", why.replace('_', " "), format_count(n)))
        .collect();
    if items.is_empty() {
        return String::new();
    }
    wrap(name, &items.join("   "), 3)
}
