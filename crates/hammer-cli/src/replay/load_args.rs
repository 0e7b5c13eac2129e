use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Args;
use hammer_core::{Hammer, Playlist, ResourceNeeds, Run, Schedule};
use hammer_replay::play::{PlaybackStatus, TimelinePlayer};

use super::PreparedReplay;
use super::replay_hammer::ReplayRequest;
use crate::{parsers::count, parsers::duration, parsers::instant};

/// How much may be in flight, and for how long: the load itself comes from the timeline.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Load")]
#[group(skip)]
pub(super) struct ReplayLoadArgs {
    /// How many hits of it
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = count::parse)]
    hits: Option<u64>,
    /// How long, if not to its end
    #[arg(short = 'z', long, value_name = "TIME", value_parser = duration::parse)]
    duration: Option<Duration>,
    /// Hits in flight at one time, at most
    #[arg(short = 'c', long, value_name = "COUNT", value_parser = count::parse)]
    #[arg(default_value = "1024")]
    max_in_flight: u64,
    /// How long a hit may take
    #[arg(short, long, value_name = "TIME", value_parser = duration::parse, default_value = "10s")]
    timeout: Duration,
    /// Threads of the generator [default: one per core]
    #[arg(long, value_name = "COUNT", value_parser = count::parse)]
    threads: Option<u64>,
    /// Seed of the randomness of hits
    #[arg(long, default_value = "1", value_name = "NUMBER")]
    seed: u64,
    /// How long to wait for hits in flight at the end [default: the timeout]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    drain: Option<Duration>,
    /// Leave hits unsent that could not start within this time
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    skip_late: Option<Duration>,
    /// Start by the wall clock, at 2026-12-01T12:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant::parse)]
    start_at: Option<SystemTime>,
}

impl ReplayLoadArgs {
    pub(super) fn start_at(&self) -> Option<SystemTime> {
        self.start_at
    }

    /// Tells a player where to end, and what chance comes from.
    pub(super) fn limit_player(&self, player: TimelinePlayer) -> TimelinePlayer {
        player.limits(self.hits, self.duration)
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// When the hits of `play` are due.
    pub(super) fn schedule(&self, play: &PreparedReplay, account: &PlaybackStatus) -> Schedule {
        let (player, survey, mint) = (
            play.player.clone(),
            play.survey.clone(),
            play.factory.clone(),
        );
        let (hits, length) = (survey.all_passes.hits, survey.duration());
        let peak = survey.peak_rate();
        let account = account.clone();
        let open = move || {
            let mint = Arc::clone(&mint);
            player.playback(&survey, &account, move |cue| mint.make(cue))
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
        if let Some(most) = self.skip_late {
            run = run.skip_late(most);
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
