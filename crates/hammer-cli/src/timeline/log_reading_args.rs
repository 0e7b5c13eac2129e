use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, ValueEnum};
use hammer_replay::compile::{ClockShift, TieOrder, TimelineBuilder};
use hammer_replay::log::{LogFormat, TimestampEvent};
use hammer_replay::timeline::TimestampSpread;
use jiff::tz::{Offset, TimeZone};

use crate::error::Error;

/// How logs are read.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub(crate) struct LogReadingArgs {
    /// Format of the logs: auto, a name, or a directive of nginx or Apache
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    format: String,
    /// What the columns or keys of csv, tsv and json mean: "time=ts target=request.uri duration=ms:ms"
    #[arg(long, value_name = "MEANING=COLUMN ...")]
    columns: Option<String>,
    /// What stamps tell, if the format is wrong about it
    #[arg(long, value_enum, value_name = "END")]
    time_base: Option<TimeBaseArg>,
    /// What to do with stamps of whole seconds: draw a place in it, even distances, or nothing
    #[arg(long, value_enum, value_name = "HOW", default_value = "uniform")]
    spread: SpreadArg,
    /// Order of rows of one whole second: that of their lines, or by what they are
    #[arg(long, value_enum, value_name = "ORDER", default_value = "line")]
    ties: TieOrderArg,
    /// Zone of stamps without one: Europe/Berlin, +02:00
    #[arg(long, value_name = "ZONE", value_parser = zone, default_value = "UTC", allow_hyphen_values = true)]
    tz: TimeZone,
    /// Add to the stamps of a log whose clock was wrong: node2.log=+120ms; repeatable
    #[arg(long, value_name = "LOG=TIME", value_parser = shift, allow_hyphen_values = true)]
    shift: Vec<ClockShift>,
    /// Lines that say no time are this many a second
    #[arg(long, value_name = "RATE", value_parser = per_second)]
    untimed_rate: Option<f64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TimeBaseArg {
    /// They tell when a request began
    Start,
    /// They tell when it had been answered: its duration is taken off
    End,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SpreadArg {
    Uniform,
    Even,
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TieOrderArg {
    Line,
    Content,
}

impl LogReadingArgs {
    /// Says it to what builds a timeline of `logs`.
    pub(crate) fn apply(
        &self,
        build: TimelineBuilder,
        logs: &[PathBuf],
    ) -> Result<TimelineBuilder, Error> {
        let mut build = build
            .zone(self.tz.clone())
            .shifts(self.shift.clone())
            .spread(match self.spread {
                SpreadArg::Uniform => TimestampSpread::Uniform,
                SpreadArg::Even => TimestampSpread::Even,
                SpreadArg::None => TimestampSpread::None,
            })
            .ties(match self.ties {
                TieOrderArg::Line => TieOrder::Line,
                TieOrderArg::Content => TieOrder::Content,
            });
        for shift in &self.shift {
            if !logs.iter().any(|log| log.ends_with(&shift.log)) {
                let shown = shift.log.display().to_string();
                return Err(Error::invalid_value(
                    "--shift <LOG=TIME>",
                    &shown,
                    "is none of the logs",
                ));
            }
        }
        if self.format == "auto" {
            if let Some(columns) = &self.columns {
                let wrong = "is for --format json, csv or tsv";
                return Err(Error::invalid_value(
                    "--columns <MEANING=COLUMN ...>",
                    columns,
                    wrong,
                ));
            }
        } else {
            let format = LogFormat::parse(&self.format, self.columns.as_deref());
            let wrong = |error| Error::invalid_value("--format <FORMAT>", &self.format, error);
            build = build.format(format.map_err(wrong)?);
        }
        if let Some(base) = self.time_base {
            build = build.time_base(match base {
                TimeBaseArg::Start => TimestampEvent::Start,
                TimeBaseArg::End => TimestampEvent::End,
            });
        }
        Ok(match self.untimed_rate {
            Some(per_second) => build.untimed_rate(per_second),
            None => build,
        })
    }

    /// One of these flags that was given, if any was.
    pub(crate) fn first_given_flag(matches: &ArgMatches) -> Option<String> {
        let own = Self::augment_args(Command::new(""));
        let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
        let given = own.get_arguments().find(|arg| given(arg.get_id().as_str()));
        given.and_then(|arg| Some(format!("--{}", arg.get_long()?)))
    }
}

fn zone(text: &str) -> Result<TimeZone, String> {
    let right = "right would be Europe/Berlin or +02:00";
    if let Some(east) = text.strip_prefix(['+', '-']) {
        let (hours, minutes) = east.split_once(':').unwrap_or((east, "0"));
        // A sign within would be one too many.
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let number = |text: &str| {
            let number = text.parse::<i32>().ok().filter(|number| *number < 60);
            number.filter(|_| digits(text))
        };
        let seconds = number(hours)
            .filter(|hours| *hours < 24)
            .zip(number(minutes));
        let seconds = seconds.map(|(hours, minutes)| (hours * 60 + minutes) * 60);
        let signed = seconds.map(|it| if text.starts_with('-') { -it } else { it });
        let offset = signed.and_then(|seconds| Offset::from_seconds(seconds).ok());
        return offset
            .map(TimeZone::fixed)
            .ok_or_else(|| format!("is no offset up to 23:59; {right}"));
    }
    TimeZone::get(text).map_err(|_| format!("is no zone that this system knows; {right}"))
}

fn shift(text: &str) -> Result<ClockShift, String> {
    let right = "right would be node2.log=+120ms";
    let (log, time) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("has no =; {right}"))?;
    let (sign, length) = match time.strip_prefix('-') {
        Some(length) => (-1, length),
        None => (1, time.strip_prefix('+').unwrap_or(time)),
    };
    let length = crate::parsers::duration::parse(length)?;
    let micros = i64::try_from(length.as_micros()).map_err(|_| format!("is too long; {right}"))?;
    Ok(ClockShift {
        log: log.into(),
        micros: sign * micros,
    })
}

fn per_second(text: &str) -> Result<f64, String> {
    let rate: Result<hammer_core::Rate, _> = text.parse();
    rate.map(|rate| rate.as_f64())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::zone;

    #[test]
    fn zones_are_names_and_offsets() {
        for (text, seconds) in [
            ("+02:00", 7_200),
            ("-2", -7_200),
            ("+23:59", 86_340),
            ("+0530", -1),
            ("+05:30", 19_800),
        ] {
            let read = zone(text).ok().and_then(|zone| zone.to_fixed_offset().ok());
            let read = read.map(|offset| offset.seconds());
            assert_eq!(read, (seconds != -1).then_some(seconds), "{text}");
        }
        for text in [
            "+-2:00",
            "-+2",
            "+2:-30",
            "+",
            "+:30",
            "+2:",
            "+24:00",
            "-25",
            "Nowhere/Town",
        ] {
            assert!(zone(text).is_err(), "{text}");
        }
        assert!(zone("UTC").is_ok());
    }
}
