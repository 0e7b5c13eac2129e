use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use hammer_replay::play::{
    HostName, PassLimit, PlaybackSpeed, RowFilter, RowSample, TargetRewrite, TimelinePlayer,
};
use hammer_replay::timeline::TimelineHeader;
use jiff::Timestamp;
use regex::bytes::Regex;

use crate::error::Error;
use crate::parsers::duration;

/// Which part of a timeline is played, and how fast.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Play")]
#[group(skip)]
pub(super) struct PlaybackArgs {
    /// How many times as fast as it was
    #[arg(long, value_name = "FACTOR", default_value = "1")]
    speed: PlaybackSpeed,
    /// Where to begin: so long after the timeline's epoch, or 2026-12-01T12:00:00Z
    #[arg(long, value_name = "WHEN", conflicts_with = "window")]
    from: Option<TimelinePosition>,
    /// Where to end
    #[arg(long, value_name = "WHEN", conflicts_with = "window")]
    to: Option<TimelinePosition>,
    /// Both: 1h..2h
    #[arg(long, value_name = "FROM..TO")]
    window: Option<TimelineWindow>,
    /// Make pauses no longer than this
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    skip_idle: Option<Duration>,
    /// How often it is played, or for how long over and over: 3, 1h
    #[arg(long = "loop", value_name = "COUNT|TIME", value_parser = passes)]
    passes: Option<PassLimit>,
    /// Send each row so many times, at its time, as so many clients
    #[arg(long, value_name = "COUNT", value_parser = copies, default_value = "1")]
    amplify: u32,
    /// Methods that are played: GET,HEAD [default: all that may be sent]
    #[arg(long, value_name = "METHOD", value_delimiter = ',')]
    only_method: Vec<String>,
    /// Hosts whose rows are played, whatever the port
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    only_host: Vec<HostName>,
    /// What has to be found in the path
    #[arg(long, value_name = "REGEX")]
    only_path: Option<Regex>,
    /// Statuses, as they were logged, whose rows are played: 200,3xx
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = status)]
    only_status: Vec<u16>,
    /// Play a part of the rows: 10%
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    sample: Option<f64>,
    /// What the sample is drawn of: clients, each with all of its rows, or rows
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "row",
        requires = "sample"
    )]
    by: SampleUnitArg,
    /// Change targets: 'REGEX=>TEXT'; repeatable
    #[arg(long, value_name = "REGEX=>TEXT", allow_hyphen_values = true)]
    rewrite: Vec<TargetRewrite>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SampleUnitArg {
    Client,
    Row,
}

/// A place in a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimelinePosition {
    Offset(Duration),
    Timestamp(Timestamp),
}

#[derive(Debug, Clone, Copy)]
struct TimelineWindow(TimelinePosition, TimelinePosition);

impl PlaybackArgs {
    /// Whether rows are to be told apart by their clients.
    pub(super) fn samples_by_client(&self) -> bool {
        self.sample.is_some() && self.by == SampleUnitArg::Client
    }

    /// Tells a player, of a timeline with this header.
    pub(super) fn configure_player(
        &self,
        player: TimelinePlayer,
        header: &TimelineHeader,
    ) -> Result<TimelinePlayer, Error> {
        let (from, to) = match self.window {
            Some(TimelineWindow(from, to)) => (Some(from), Some(to)),
            None => (self.from, self.to),
        };
        let at = |when: Option<TimelinePosition>| when.map(|when| when.micros_since(header.epoch));
        let (from, to) = (at(from), at(to));
        if let Some(to) = to
            && from.unwrap_or(0) >= to
        {
            let wrong = "the end of what is played is not behind its beginning; right would be a \
                         '--to' behind '--from'";
            return Err(Error::Usage(wrong.into()));
        }
        let sample = self.sample.map(|share| RowSample {
            share,
            by_client: self.by == SampleUnitArg::Client,
            seed: header.seed.unwrap_or(1),
        });
        let choice = RowFilter {
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
            .filter(choice)
            .rewrites(self.rewrite.clone()))
    }
}

impl TimelinePosition {
    /// In µs since the epoch; what lies before that is the epoch.
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
        let right = "or a time with a date and a zone: 2026-12-01T12:00:00Z";
        duration::parse(text)
            .map(Self::Offset)
            .map_err(|wrong| format!("{wrong}, {right}"))
    }
}

impl FromStr for TimelineWindow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text
            .split_once("..")
            .ok_or("has no '..'; right would be 1h..2h")?;
        Ok(Self(from.parse()?, to.parse()?))
    }
}

/// More than these of one instant are no load that a machine can make.
const MAX_COPIES: u32 = 10_000;

fn copies(text: &str) -> Result<u32, String> {
    let copies = text.parse().ok();
    let copies = copies.filter(|copies| (1..=MAX_COPIES).contains(copies));
    copies.ok_or_else(|| format!("is no whole number from 1 to {MAX_COPIES}; right would be 3"))
}

fn passes(text: &str) -> Result<PassLimit, String> {
    match text.parse::<u32>() {
        Ok(0) => Err("must be above 0; right would be 3, or 1h".into()),
        Ok(times) => Ok(PassLimit::Times(times)),
        Err(_) => duration::parse(text).map(PassLimit::For),
    }
}

fn status(text: &str) -> Result<u16, String> {
    let right = "is no status; right would be 200, or 2xx for all of them";
    let (digits, range) = match text.strip_suffix("xx") {
        Some(digit) => (digit, 1..=5),
        None => (text, 100..=999),
    };
    let code = digits.parse().ok().filter(|code| range.contains(code));
    code.ok_or_else(|| right.into())
}

fn share(text: &str) -> Result<f64, String> {
    let right = "is no share; right would be 10%";
    let number = text.strip_suffix('%').ok_or(right)?;
    let number: f64 = number.trim().parse().map_err(|_| right)?;
    let share = Some(number / 100.0).filter(|share| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| right.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_play_are_read_or_say_what_would_be_right() {
        assert_eq!(passes("3"), Ok(PassLimit::Times(3)));
        assert_eq!(passes("90s"), Ok(PassLimit::For(Duration::from_secs(90))));
        assert_eq!((status("404"), status("2xx")), (Ok(404), Ok(2)));
        assert_eq!((share("10%"), share("0.5%")), (Ok(0.1), Ok(0.005)));
        assert_eq!((copies("1"), copies("10000")), (Ok(1), Ok(10_000)));
        for wrong in [
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
            assert!(wrong.is_some_and(|wrong| wrong.contains("right would be")));
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
