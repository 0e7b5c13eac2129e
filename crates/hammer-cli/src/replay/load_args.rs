//! Flags for the load of a replay.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Args;
use hammer_core::{Hammer, Playlist, ResourceNeeds, Run, Schedule};
use hammer_replay::play::{PlaybackStatus, TimelinePlayer};

use super::SurveyedReplay;
use super::replay_hammer::ReplayRequest;
use crate::{parsers::count, parsers::duration, parsers::instant};

/// Flags for the load of a replay, whose due times come from the timeline.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Load")]
#[group(skip)]
pub(super) struct ReplayLoadArgs {
    /// Maximum number of hits [default: the whole timeline]
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = count::parse)]
    hits: Option<u64>,
    /// Maximum duration [default: the whole timeline]
    #[arg(short = 'z', long, value_name = "TIME", value_parser = duration::parse)]
    duration: Option<Duration>,
    /// Maximum number of hits in flight
    #[arg(short = 'c', long, value_name = "COUNT", value_parser = count::parse)]
    #[arg(default_value = "1024")]
    max_in_flight: u64,
    /// Timeout of a hit
    #[arg(short, long, value_name = "TIME", value_parser = duration::parse, default_value = "10s")]
    timeout: Duration,
    /// Generator threads [default: one per core]
    #[arg(long, value_name = "COUNT", value_parser = count::parse)]
    threads: Option<u64>,
    /// Seed for random values
    #[arg(long, default_value = "1", value_name = "NUMBER")]
    seed: u64,
    /// Maximum wait for hits in flight at the end [default: the timeout]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    drain: Option<Duration>,
    /// Leave a hit unsent if it cannot start within this time
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    skip_late: Option<Duration>,
    /// Start time, such as 2026-12-01T12:00:00Z
    #[arg(long, value_name = "TIMESTAMP", value_parser = instant::parse)]
    start_at: Option<SystemTime>,
}

impl ReplayLoadArgs {
    pub(super) fn start_at(&self) -> Option<SystemTime> {
        self.start_at
    }

    /// Limits the hits and the duration of a player.
    pub(super) fn limit_player(&self, player: TimelinePlayer) -> TimelinePlayer {
        player.limits(self.hits, self.duration)
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// The schedule of a replay. `status` receives the progress and the error of the playback.
    pub(super) fn schedule(&self, replay: &SurveyedReplay, status: &PlaybackStatus) -> Schedule {
        let (player, survey, factory) = (
            replay.player.clone(),
            replay.survey.clone(),
            replay.factory.clone(),
        );
        let (hits, length) = (survey.all_passes.hits, survey.duration());
        let peak = survey.peak_rate();
        let status = status.clone();
        let open = move || {
            let factory = Arc::clone(&factory);
            player.playback(&survey, &status, move |row| factory.make(row))
        };
        let playlist = Playlist::with_item_size(hits, length, ReplayRequest::unique_bytes, open);
        Schedule::playlist(playlist.peak(peak)).with_duration(length)
    }

    pub(super) fn needs(&self, peak: f64) -> ResourceNeeds {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.map_or_else(cores, to_usize);
        ResourceNeeds::estimate(
            Some(peak),
            self.timeout,
            to_usize(self.max_in_flight),
            threads,
        )
    }

    pub(super) fn run<H: Hammer>(&self, hammer: H, schedule: Schedule) -> Run<H> {
        let mut run = Run::new(hammer, schedule)
            .max_in_flight(to_usize(self.max_in_flight))
            .timeout(self.timeout)
            .seed(self.seed);
        if let Some(threads) = self.threads {
            run = run.threads(to_usize(threads));
        }
        if let Some(limit) = self.skip_late {
            run = run.skip_late(limit);
        }
        if let Some(time) = self.start_at {
            run = run.start_at(time);
        }
        match self.drain {
            Some(drain) => run.drain(drain),
            None => run,
        }
    }
}

fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
