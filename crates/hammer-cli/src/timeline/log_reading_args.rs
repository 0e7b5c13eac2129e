//! Flags for reading access logs.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, ValueEnum};
use hammer_core::Rate;
use hammer_diagnostic::Diagnostic;
use hammer_replay::compile::{ClockShift, TieOrder, TimelineBuilder};
use hammer_replay::log::{AbsoluteTargets, LogFormat, TimestampedRequestEvent};
use hammer_replay::timeline::TimestampSpread;
use jiff::tz::{Offset, TimeZone};

use crate::args::caret::{self, CaretError};
use crate::error::Error;

/// The value of `--absolute` for all hosts.
const ANY_HOST: &str = "any";

/// Flags for reading access logs.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub(crate) struct LogReadingArgs {
    /// Log format: auto, a name, or a directive of nginx or Apache
    #[arg(
        long,
        help_heading = "Logs",
        value_name = "FORMAT",
        default_value = "auto"
    )]
    format: String,
    /// Columns or keys of csv, tsv, json and ltsv: "time=ts target=request.uri"
    #[arg(long, help_heading = "Logs", value_name = "FIELD=COLUMN ...")]
    columns: Option<String>,
    /// Meaning of timestamps [default: by format]
    #[arg(long, help_heading = "Logs", value_enum, value_name = "EVENT")]
    time_base: Option<TimestampEventArg>,
    /// Placement of rows with whole-second timestamps within the second
    ///
    /// uniform: at random, in order. even: at equal distances. none: unchanged.
    #[arg(
        long,
        help_heading = "Logs",
        value_enum,
        value_name = "METHOD",
        default_value = "uniform"
    )]
    spread: SubsecondPlacementArg,
    /// Order of rows with equal timestamps
    ///
    /// line: as in the log. content: by content, independent of the order of the lines.
    #[arg(
        long,
        help_heading = "Logs",
        value_enum,
        value_name = "ORDER",
        default_value = "line"
    )]
    ties: TieOrderArg,
    /// Time zone of timestamps without one: Europe/Berlin, +02:00
    #[arg(long, help_heading = "Logs", value_name = "ZONE", value_parser = zone, default_value = "UTC", allow_hyphen_values = true)]
    tz: TimeZone,
    /// Clock correction for a log: node2.log=+120ms; repeatable
    #[arg(long, help_heading = "Logs", value_name = "LOG=TIME", value_parser = shift, allow_hyphen_values = true)]
    shift: Vec<ClockShift>,
    /// Lines per second to assume for logs without timestamps
    #[arg(long, help_heading = "Logs", value_name = "RATE", value_parser = per_second)]
    untimed_rate: Option<f64>,
    /// Include requests for a proxy (GET http://HOST/...): a host, or any
    ///
    /// The rows have the host and the path of the URL. Repeatable. Other requests with a URL are skipped.
    #[arg(
        long,
        help_heading = "Logs",
        value_name = "HOST",
        value_delimiter = ',',
        value_parser = proxy_host
    )]
    absolute: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TimestampEventArg {
    /// Start of the request
    Start,
    /// End of the response; the duration is subtracted
    End,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SubsecondPlacementArg {
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
    /// Reports an error in the format or in its columns, with carets.
    fn format_error(&self, error: &Diagnostic) -> Error {
        let (flag, value) = match self.columns.as_deref() {
            Some(columns) if error.input() == Some(columns) => {
                ("--columns <FIELD=COLUMN ...>", columns)
            }
            _ => ("--format <FORMAT>", &*self.format),
        };
        Error::invalid_value(flag, value, caret::show(error))
    }

    /// Configures the builder of a timeline of `logs`.
    pub(crate) fn apply(
        &self,
        build: TimelineBuilder,
        logs: &[PathBuf],
    ) -> Result<TimelineBuilder, Error> {
        let mut build = build
            .zone(self.tz.clone())
            .shifts(self.shift.clone())
            .spread(match self.spread {
                SubsecondPlacementArg::Uniform => TimestampSpread::Uniform,
                SubsecondPlacementArg::Even => TimestampSpread::Even,
                SubsecondPlacementArg::None => TimestampSpread::None,
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
                    "unknown log; expected the name of one of the logs",
                ));
            }
        }
        if self.format == "auto" {
            if let Some(columns) = &self.columns {
                let problem = "requires --format json, csv or tsv";
                return Err(Error::invalid_value(
                    "--columns <FIELD=COLUMN ...>",
                    columns,
                    problem,
                ));
            }
        } else {
            let format = LogFormat::parse(&self.format, self.columns.as_deref());
            build = build.format(format.map_err(|error| self.format_error(&error))?);
        }
        if let Some(base) = self.time_base {
            build = build.time_base(match base {
                TimestampEventArg::Start => TimestampedRequestEvent::Start,
                TimestampEventArg::End => TimestampedRequestEvent::End,
            });
        }
        if let Some(per_second) = self.untimed_rate {
            build = build.untimed_rate(per_second);
        }
        Ok(build.absolute_targets(self.absolute_targets()))
    }

    fn absolute_targets(&self) -> AbsoluteTargets {
        if self.absolute.is_empty() {
            AbsoluteTargets::Skip
        } else if self.absolute.iter().any(|host| host == ANY_HOST) {
            AbsoluteTargets::Any
        } else {
            AbsoluteTargets::OfHosts(self.absolute.clone())
        }
    }

    /// Returns the first of these flags that was given.
    pub(crate) fn first_given_flag(matches: &ArgMatches) -> Option<String> {
        let own = Self::augment_args(Command::new(""));
        let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
        let given = own.get_arguments().find(|arg| given(arg.get_id().as_str()));
        given.and_then(|arg| Some(format!("--{}", arg.get_long()?)))
    }
}

fn zone(text: &str) -> Result<TimeZone, String> {
    let hint = "(try Europe/Berlin or +02:00)";
    if let Some(offset) = text.strip_prefix(['+', '-']) {
        let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "0"));
        // `i32` accepts a sign, which must not appear within the offset.
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
            .ok_or_else(|| format!("expected an offset up to 23:59 {hint}"));
    }
    TimeZone::get(text).map_err(|_| format!("unknown time zone {hint}"))
}

/// Checks a host with an optional port.
fn proxy_host(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains('/') || text.contains(char::is_whitespace) {
        return Err("expected a host such as shop.example, or any".to_owned());
    }
    Ok(text.to_owned())
}

fn shift(text: &str) -> Result<ClockShift, String> {
    let hint = "such as node2.log=+120ms";
    let (log, time) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("expected LOG=TIME, {hint}"))?;
    let (sign, length) = match time.strip_prefix('-') {
        Some(length) => (-1, length),
        None => (1, time.strip_prefix('+').unwrap_or(time)),
    };
    let length = crate::parsers::duration::parse(length).map_err(|error| error.to_string())?;
    let micros = i64::try_from(length.as_micros())
        .map_err(|_| format!("expected a shorter time, {hint}"))?;
    Ok(ClockShift {
        log: log.into(),
        micros: sign * micros,
    })
}

fn per_second(text: &str) -> Result<f64, CaretError> {
    caret::parse::<Rate>(text).map(|rate| rate.as_f64())
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
