//! The figures of a load with their history.

use std::collections::{BTreeMap, VecDeque};

use hammer_core::{HitCounts, VerdictStatus};
use hammer_stats::TimeSeries;

use super::second_column::SecondColumn;
use super::thread_view::{ThreadView, share_since, threads_since};
use crate::clean_text::clean;
use crate::live::live_second::{LiveDistributions, LiveSecond};

/// Columns of the charts that are kept.
const MOST_COLUMNS: usize = 600;

/// Seconds of "the last ten seconds".
const RECENT_SECONDS: u64 = 10;

/// The figures of a load with their history.
#[derive(Debug, Clone)]
pub(crate) struct LoadView {
    pub(crate) state: LoadState,
    /// The figures of the last tick.
    pub(crate) latest: Option<Box<LiveSecond>>,
    /// The times of the last ten seconds.
    pub(crate) last_ten: LiveDistributions,
    /// The seconds of the run, for charts; neighbors are merged in a long run.
    pub(crate) history: TimeSeries<SecondColumn>,
    /// The threads of the generator in the last second.
    pub(crate) threads: Vec<ThreadView>,
    /// The share of CPU time that the host took in the last second, as stolen and throttled.
    pub(crate) stolen: Option<f64>,
    pub(crate) throttled: Option<f64>,
    /// The seconds that the last ten seconds are made of, with their lengths.
    recent: VecDeque<(u64, LiveDistributions)>,
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
            latest: None,
            last_ten: LiveDistributions::default(),
            history: TimeSeries::new(MOST_COLUMNS),
            threads: vec![],
            stolen: None,
            throttled: None,
            recent: VecDeque::new(),
        }
    }

    pub(super) fn add_second(&mut self, mut second: LiveSecond) {
        clean_second(&mut second);
        self.add_column(&second);
        self.add_recent(&second);
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
        }
    }

    /// Ends the load with all its hits. Nothing of it goes on.
    pub(super) fn finish(&mut self, verdict: VerdictStatus, hits: HitCounts, started: u64) {
        self.state = LoadState::Finished(verdict);
        if let Some(latest) = &mut self.latest {
            latest.total = hits;
            latest.total_started = started;
            latest.hits = HitCounts::default();
            latest.started = 0;
            latest.requested_rate = latest.requested_rate.map(|_| 0.0);
            (latest.in_flight, latest.backlog) = (0, 0);
        }
    }

    fn add_column(&mut self, second: &LiveSecond) {
        let end = second.elapsed.as_secs();
        let length = second.length.as_secs().max(1);
        let known = self.history.iter().last();
        let known = known.map_or(0, |last| last.start + last.seconds);
        // A caller that skips ticks leaves a gap; the axis of time stays true.
        if let Some(gap @ 1..) = end.saturating_sub(length).checked_sub(known) {
            self.history.push(gap, SecondColumn::empty());
        }
        self.history.push(length, SecondColumn::new(second));
    }

    fn add_recent(&mut self, second: &LiveSecond) {
        let length = second.length.as_secs().max(1);
        self.recent.push_back((length, second.last.clone()));
        let mut covered: u64 = self.recent.iter().map(|(seconds, _)| seconds).sum();
        while let Some((oldest, _)) = self.recent.front() {
            if self.recent.len() == 1 || covered <= RECENT_SECONDS {
                break;
            }
            covered -= oldest;
            self.recent.pop_front();
        }
        self.last_ten.clear();
        for (_, times) in &self.recent {
            self.last_ten.merge(times);
        }
    }
}

impl LiveDistributions {
    fn clear(&mut self) {
        self.response.clear();
        self.service.clear();
        self.lateness.clear();
    }

    fn merge(&mut self, other: &Self) {
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.lateness.merge(&other.lateness);
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
