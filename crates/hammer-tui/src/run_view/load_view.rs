//! The figures of a load with their history.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hammer_core::{HitCounts, VerdictStatus};

use super::recent_seconds::RecentSeconds;
use super::second_column::SecondColumn;
use super::second_history::SecondHistory;
use super::thread_view::{ThreadView, share_since, threads_since};
use crate::clean_text::clean;
use crate::live::live_second::{LiveDistributions, LiveSecond};

/// The figures of a load with their history.
#[derive(Debug, Clone)]
pub(crate) struct LoadView {
    pub(crate) state: LoadState,
    /// The end of its preparation or of its drain at the latest, if known.
    pub(super) ends_at: Option<Instant>,
    /// The figures of the last tick.
    pub(crate) latest: Option<Box<LiveSecond>>,
    /// The times of the run so far.
    pub(crate) so_far: LiveDistributions,
    /// The times of the last ten seconds.
    pub(crate) last_ten: LiveDistributions,
    /// The seconds of the run, for charts.
    pub(crate) history: SecondHistory,
    /// The threads of the generator in the last second.
    pub(crate) threads: Vec<ThreadView>,
    /// The share of CPU time that the host took in the last second, as stolen and throttled.
    pub(crate) stolen: Option<f64>,
    pub(crate) throttled: Option<f64>,
    /// The seconds that the last ten seconds are made of.
    recent: RecentSeconds,
}

/// The progress of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LoadState {
    /// It has not started; the text says what it does.
    Preparing(String),
    Running,
    /// No more hits become due.
    Draining,
    Finished(VerdictStatus),
}

impl LoadView {
    pub(super) fn new() -> Self {
        Self {
            state: LoadState::Preparing(String::new()),
            ends_at: None,
            latest: None,
            so_far: LiveDistributions::default(),
            last_ten: LiveDistributions::default(),
            history: SecondHistory::new(),
            threads: vec![],
            stolen: None,
            throttled: None,
            recent: RecentSeconds::default(),
        }
    }

    pub(super) fn add_second(&mut self, mut second: LiveSecond) {
        clean_second(&mut second);
        self.add_column(&second);
        self.so_far.merge(&second.last);
        let length = second.length.as_secs().max(1);
        self.recent.add(length, &second.last, &mut self.last_ten);
        let before = self.latest.as_deref();
        self.threads = threads_since(before, &second);
        let (host, old) = (
            second.generator.host,
            before.map(|before| before.generator.host),
        );
        self.stolen = share_since(before, &second, old.and_then(|old| old.stolen), host.stolen);
        self.throttled = share_since(
            before,
            &second,
            old.and_then(|old| old.throttled),
            host.throttled,
        );
        self.latest = Some(Box::new(second));
        if matches!(self.state, LoadState::Preparing(_)) {
            self.state = LoadState::Running;
            self.ends_at = None;
        }
    }

    /// The time until its preparation or its drain ends at the latest, if known.
    pub(crate) fn time_left(&self, now: Instant) -> Option<Duration> {
        Some(self.ends_at?.saturating_duration_since(now))
    }

    /// Ends the load with all its hits. Nothing of it goes on.
    pub(super) fn finish(&mut self, verdict: VerdictStatus, hits: HitCounts, started: u64) {
        self.state = LoadState::Finished(verdict);
        self.ends_at = None;
        if let Some(latest) = &mut self.latest {
            latest.total = hits;
            latest.total_started = started;
            latest.hits = HitCounts::default();
            latest.started = 0;
            latest.requested_rate = latest.requested_rate.map(|_| 0.0);
            (latest.in_flight, latest.backlog, latest.open_sessions) = (0, 0, 0);
        }
    }

    fn add_column(&mut self, second: &LiveSecond) {
        let end = second.elapsed.as_secs();
        let length = second.length.as_secs().max(1);
        // A caller that skips ticks leaves a gap; the axis of time stays true.
        if let Some(gap @ 1..) = end.saturating_sub(length).checked_sub(self.history.end()) {
            self.history.push(gap, SecondColumn::empty());
        }
        self.history.push(length, SecondColumn::new(second));
    }
}

fn clean_second(second: &mut LiveSecond) {
    for reason in &mut second.verdict.reasons {
        *reason = clean(reason);
    }
    for counts in [&mut second.labels, &mut second.failures] {
        *counts = clean_counts(std::mem::take(counts));
    }
    let advice = std::mem::take(&mut second.advice).into_iter();
    second.advice = advice
        .map(|(failure, text)| (clean(&failure), clean(&text)))
        .collect();
}

fn clean_counts(counts: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut cleaned = BTreeMap::new();
    for (name, hits) in counts {
        *cleaned.entry(clean(&name)).or_default() += hits;
    }
    cleaned
}
