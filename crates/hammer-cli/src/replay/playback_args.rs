//! Flags for the part of a timeline to replay, and its speed.

use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use hammer_replay::play::{
    HostName, PassLimit, PlaybackSpeed, RowFilter, RowSampling, TargetRewrite, TimelinePlayer,
};
use hammer_replay::timeline::TimelineHeader;
use jiff::Timestamp;
use regex::bytes::Regex;

use crate::error::Error;
use crate::parsers::duration;

/// Flags for the part of a timeline to replay, and its speed.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Playback")]
#[group(skip)]
pub(super) struct PlaybackArgs {
    /// Speed factor: 2 replays twice as fast
    #[arg(long, value_name = "FACTOR", default_value = "1")]
    speed: PlaybackSpeed,
    /// Start of the window: 1h from the epoch, or 2026-12-01T12:00:00Z
    #[arg(long, value_name = "POSITION", conflicts_with = "window")]
    from: Option<TimelinePosition>,
    /// End of the window
    #[arg(long, value_name = "POSITION", conflicts_with = "window")]
    to: Option<TimelinePosition>,
    /// Start and end of the window: 1h..2h
    #[arg(long, value_name = "FROM..TO")]
    window: Option<TimelineWindow>,
    /// Maximum pause between rows; longer pauses are shortened
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    skip_idle: Option<Duration>,
    /// Play the timeline a number of times, or repeatedly for a time: 3, 1h
    #[arg(long = "loop", value_name = "COUNT|TIME", value_parser = passes)]
    passes: Option<PassLimit>,
    /// Number of copies of each row, each with its own client
    #[arg(long, value_name = "COUNT", value_parser = copies, default_value = "1")]
    amplify: u32,
    /// Methods to replay: GET,HEAD [default: all allowed methods]
    #[arg(long, value_name = "METHOD", value_delimiter = ',')]
    only_method: Vec<String>,
    /// Hosts to replay, on any port
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    only_host: Vec<HostName>,
    /// Regular expression that paths must match
    #[arg(long, value_name = "REGEX")]
    only_path: Option<Regex>,
    /// Logged statuses to replay: 200,3xx
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = status)]
    only_status: Vec<u16>,
    /// Share of the rows to replay: 10%
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    sample: Option<f64>,
    /// Sample rows, or whole clients
    #[arg(
        long,
        value_enum,
        value_name = "UNIT",
        default_value = "row",
        requires = "sample"
    )]
    by: ReplaySampleUnitArg,
    /// Rewrite targets: 'REGEX=>TEXT'; repeatable
    #[arg(long, value_name = "REGEX=>TEXT", allow_hyphen_values = true)]
    rewrite: Vec<TargetRewrite>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReplaySampleUnitArg {
    Client,
    Row,
}

/// A position in a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimelinePosition {
    Offset(Duration),
    Timestamp(Timestamp),
}

#[derive(Debug, Clone, Copy)]
struct TimelineWindow(TimelinePosition, TimelinePosition);

impl PlaybackArgs {
    /// Returns true if the sample is drawn by client.
    pub(super) fn samples_by_client(&self) -> bool {
        self.sample.is_some() && self.by == ReplaySampleUnitArg::Client
    }

    /// Configures a player of a timeline with this header.
    pub(super) fn configure_player(
        &self,
        player: TimelinePlayer,
        header: &TimelineHeader,
    ) -> Result<TimelinePlayer, Error> {
        let (from, to) = match self.window {
            Some(TimelineWindow(from, to)) => (Some(from), Some(to)),
            None => (self.from, self.to),
        };
        let at = |position: Option<TimelinePosition>| {
            position.map(|position| position.micros_since(header.epoch))
        };
        let (from, to) = (at(from), at(to));
        if let Some(to) = to
            && from.unwrap_or(0) >= to
        {
            let message = "the window ends before it starts (try a '--to' after '--from')";
            return Err(Error::Usage(message.into()));
        }
        let sample = self.sample.map(|share| RowSampling {
            share,
            by_client: self.by == ReplaySampleUnitArg::Client,
            seed: header.seed.unwrap_or(1),
        });
        let filter = RowFilter {
            methods: self.only_method.clone(),
            hosts: self.only_host.clone(),
            path: self.only_path.clone(),
            statuses: self.only_status.clone(),
            sample,
        };
        Ok(player
            .window(from, to)
            .speed(self.speed)
            .skip_idle(self.skip_idle)
            .amplify(self.amplify)
            .passes(self.passes.unwrap_or(PassLimit::Times(1)))
            .filter(filter)
            .rewrites(self.rewrite.clone()))
    }
}

impl TimelinePosition {
    /// Converts to µs since the epoch. Earlier positions become the epoch.
    fn micros_since(self, epoch: Timestamp) -> u64 {
        let us = match self {
            Self::Offset(time) => time.as_micros(),
            Self::Timestamp(time) => {
                let after = time.duration_since(epoch);
                after.as_micros().max(0).unsigned_abs()
            }
        };
        u64::try_from(us).unwrap_or(u64::MAX)
    }
}

impl FromStr for TimelinePosition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Self::Timestamp(time));
        }
        if text == "0" {
            return Ok(Self::Offset(Duration::ZERO));
        }
        duration::parse(text)
            .map(Self::Offset)
            .map_err(|problem| format!("{problem}, or a timestamp such as 2026-12-01T12:00:00Z"))
    }
}

impl FromStr for TimelineWindow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text
            .split_once("..")
            .ok_or("expected FROM..TO, such as 1h..2h")?;
        Ok(Self(from.parse()?, to.parse()?))
    }
}

/// Maximum number of copies of a row. More at one instant exceed any machine.
const MAX_COPIES: u32 = 10_000;

fn copies(text: &str) -> Result<u32, String> {
    let copies = text.parse().ok();
    let copies = copies.filter(|copies| (1..=MAX_COPIES).contains(copies));
    copies.ok_or_else(|| format!("expected a whole number from 1 to {MAX_COPIES}, such as 3"))
}

fn passes(text: &str) -> Result<PassLimit, String> {
    match text.parse::<u32>() {
        Ok(0) => Err("must be above 0 (try 3, or 1h)".into()),
        Ok(times) => Ok(PassLimit::Times(times)),
        Err(_) => duration::parse(text)
            .map(PassLimit::For)
            .map_err(|error| error.to_string()),
    }
}

fn status(text: &str) -> Result<u16, String> {
    let expected = "expected a status such as 200, or a class such as 2xx";
    let (digits, range) = match text.strip_suffix("xx") {
        Some(digit) => (digit, 1..=5),
        None => (text, 100..=999),
    };
    let code = digits.parse().ok().filter(|code| range.contains(code));
    code.ok_or_else(|| expected.into())
}

fn share(text: &str) -> Result<f64, String> {
    let expected = "expected a percentage above 0% and up to 100%, such as 10%";
    let number = text.strip_suffix('%').ok_or(expected)?;
    let number: f64 = number.trim().parse().map_err(|_| expected)?;
    let share = Some(number / 100.0).filter(|share| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| expected.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_values_are_refused_with_a_hint() {
        assert_eq!(passes("3"), Ok(PassLimit::Times(3)));
        assert_eq!(passes("90s"), Ok(PassLimit::For(Duration::from_secs(90))));
        assert_eq!((status("404"), status("2xx")), (Ok(404), Ok(2)));
        assert_eq!((share("10%"), share("0.5%")), (Ok(0.1), Ok(0.005)));
        assert_eq!((copies("1"), copies("10000")), (Ok(1), Ok(10_000)));
        for error in [
            copies("0").err(),
            copies("10001").err(),
            copies("4294967297").err(),
            copies("1.5").err(),
            passes("0").err(),
            passes("x").err(),
            status("20").err(),
            status("9xx").err(),
            share("10").err(),
            share("0%").err(),
            share("101%").err(),
            "1h".parse::<TimelineWindow>().err(),
            "x..1h".parse::<TimelineWindow>().err(),
        ] {
            let error = error.expect("an invalid value");
            assert!(
                error.contains("expected ") || error.contains("(try "),
                "{error}"
            );
        }
        let epoch: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        for (text, us) in [
            ("0", 0),
            ("1m", 60_000_000),
            ("2026-11-24T10:00:01+01:00", 1_000_000),
            ("2020-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(
                text.parse::<TimelinePosition>()
                    .unwrap()
                    .micros_since(epoch),
                us,
                "{text}"
            );
        }
    }
}
