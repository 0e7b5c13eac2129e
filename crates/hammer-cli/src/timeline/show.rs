//! `hammer timeline show`: the contents of a timeline.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_diagnostic::chain;
use hammer_replay::play::{NameCounts, PlaybackForecast, TimelinePlayer};
use hammer_replay::timeline::TimelineHeader;
use jiff::SignedDuration;

use super::summary;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::print_stdout;
use crate::text::lines::{SEPARATOR, list_line, truncate, wrap, wrap_items};
use crate::text::number::{
    format_count, format_counted, format_decimal, format_seconds, short_span,
};
use crate::text::{format_rate, rate_chart};

/// Name of the subcommand.
pub(super) const NAME: &str = "show";

/// Maximum number of routes that are listed.
const MAX_ROUTES: usize = 10;
/// Columns for the name of a route.
const ROUTE_WIDTH: usize = 70;

#[derive(Debug, Args)]
#[group(skip)]
struct TimelineShowArgs {
    /// Timeline to show
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Defines `timeline show FILE`.
pub(super) fn command() -> Command {
    TimelineShowArgs::augment_args(Command::new(NAME)).about("Show the contents of a timeline")
}

/// Reads the timeline and prints its contents.
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
    let skipped = survey.trailer.skipped.iter();
    text.push_str(&skipped_line(
        "skipped",
        skipped.map(|(reason, n)| (&**reason, *n)),
    ));
    print_stdout(&text)?;
    Ok(CommandExit::OK)
}

/// The time span of a timeline, and its sources.
fn overview(survey: &PlaybackForecast) -> String {
    let header = &survey.header;
    let span = SignedDuration::try_from(survey.duration()).unwrap_or_default();
    let end = header.epoch.checked_add(span).unwrap_or(header.epoch);
    let (rows, seconds) = (survey.rows(), survey.duration().as_secs_f64());
    // The epoch of a timeline without rows has no meaning.
    if survey.rows() == 0 {
        return wrap("span", "no rows", 1) + &logs(header);
    }
    let mut text = wrap(
        "epoch",
        &format!("{} until about {end:.0}", header.epoch),
        1,
    );
    let span = rate_summary(survey, rows, seconds);
    let rows = format_counted(rows, "row");
    text.push_str(&wrap_items("span", &format!("{rows} {span}"), 2));
    text + &time_base_line(survey) + &logs(header)
}

/// The time span of `rows` rows and their rate, unless the span is too short for one.
fn rate_summary(survey: &PlaybackForecast, rows: u64, seconds: f64) -> String {
    if let Some(span) = short_span(seconds) {
        return span;
    }
    let rates = rates(survey, rows, seconds).join(SEPARATOR);
    format!("in {}{SEPARATOR}{rates}", format_seconds(seconds))
}

/// The mean and the peak rate of `hits` hits; nothing if their span is too short for a rate.
pub(crate) fn rates(survey: &PlaybackForecast, hits: u64, seconds: f64) -> Vec<String> {
    if short_span(seconds).is_some() {
        return vec![];
    }
    let busiest = format_count(survey.peak_per_tenth);
    vec![
        format!("{} on average", format_rate(hits as f64 / seconds)),
        format!("{} at the peak", format_rate(survey.peak_rate())),
        format!("{busiest} in the busiest 100 ms"),
    ]
}

/// The meaning and resolution of timestamps: as found in the rows, or else as in the header.
fn time_base_line(survey: &PlaybackForecast) -> String {
    let (header, trailer) = (&survey.header, &survey.trailer);
    let Some(base) = trailer.time_base.or(header.time_base) else {
        return String::new();
    };
    let step = trailer.resolution_us.or(header.resolution_us);
    let step = step.map_or(String::new(), |us| {
        format!(", in steps of up to {}", format_seconds(us as f64 / 1e6))
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

/// A chart of the rate, and summaries of methods, statuses and routes.
pub(crate) fn contents(player: &TimelinePlayer, survey: &PlaybackForecast) -> String {
    let duration = survey.pass_duration(player);
    let series = &survey.time_series;
    let mut text = match short_span(duration.as_secs_f64()) {
        Some(_) => String::new(),
        None => rate_chart::count_chart(series.planned(), series.width_s(), duration),
    };
    for (name, counts) in [("methods", &survey.methods), ("statuses", &survey.statuses)] {
        text.push_str(&counts_line(name, counts));
    }
    if survey.in_flight > 0.0 {
        let in_flight = format!(
            "{} hits on average, {} in the busiest second, by the logged durations",
            format_decimal(survey.in_flight),
            format_decimal(survey.peak_in_flight)
        );
        text.push_str(&wrap("in flight", &in_flight, 2));
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

fn counts_line(name: &str, counts: &NameCounts) -> String {
    let (top, others) = counts.top(8);
    let mut items: Vec<_> = top
        .iter()
        .map(|(name, n)| format!("{name}: {}", format_count(*n)))
        .collect();
    if others > 0 {
        items.push(format!("others: {}", format_count(others)));
    }
    list_line(name, &items, |shown| {
        format!("{} more", items.len() - shown)
    })
}

/// Numbers of skipped rows, by reason.
pub(crate) fn skipped_line<'s>(name: &str, counts: impl Iterator<Item = (&'s str, u64)>) -> String {
    let items: Vec<_> = counts
        .map(|(reason, n)| format!("{}: {}", reason.replace('_', " "), format_count(n)))
        .collect();
    if items.is_empty() {
        return String::new();
    }
    wrap_items(name, &items.join(SEPARATOR), 3)
}
