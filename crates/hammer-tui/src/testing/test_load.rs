//! A made-up load, second by second.

use std::collections::BTreeMap;
use std::time::Duration;

use hammer_core::{
    DurationSummary, GeneratorReport, Histogram, HitCounts, OpenOrClosedLoop, ThreadUsage, Verdict,
    VerdictStatus,
};

use crate::live::live_second::{GroupResponse, GroupSoFar, LiveDistributions, LiveSecond};

/// Values that stand for the distribution of a second.
const QUANTILES: u64 = 50;

/// A made-up load: each call of [`second`](Self::second) is a second of it.
#[derive(Debug, Clone)]
pub(crate) struct TestLoad {
    pub(crate) loop_kind: OpenOrClosedLoop,
    /// The rate in each second.
    pub(crate) rate: fn(u64) -> u64,
    /// The median of the service in each second, in µs.
    pub(crate) median_us: fn(u64) -> f64,
    /// The lateness in each second, in µs.
    pub(crate) late_us: fn(u64) -> f64,
    pub(crate) stage: fn(u64) -> usize,
    /// Of a thousand hits, those that are refused, fail and time out.
    pub(crate) not_ok: [u64; 3],
    /// The share of each group; empty without groups.
    pub(crate) groups: &'static [f64],
    pub(crate) verdict: Verdict,
    seconds: u64,
    started: u64,
    open_sessions: u64,
    total: HitCounts,
    so_far: LiveDistributions,
    group_times: Vec<Histogram>,
}

impl TestLoad {
    /// An open loop at a constant rate, without failures.
    pub(crate) fn new(rate: fn(u64) -> u64) -> Self {
        Self {
            loop_kind: OpenOrClosedLoop::Open,
            rate,
            median_us: |_| 4_000.0,
            late_us: |_| 120.0,
            stage: |_| 0,
            not_ok: [0; 3],
            groups: &[],
            verdict: Verdict::default(),
            seconds: 0,
            started: 0,
            open_sessions: 0,
            total: HitCounts::default(),
            so_far: LiveDistributions::default(),
            group_times: vec![],
        }
    }

    /// A verdict other than valid.
    pub(crate) fn verdict(status: VerdictStatus, reason: &str) -> Verdict {
        Verdict {
            status,
            reasons: vec![reason.to_owned()],
            codes: vec!["late_p99".to_owned()],
            statuses: vec![status],
        }
    }

    /// The next second.
    pub(crate) fn second(&mut self) -> LiveSecond {
        let second = self.seconds;
        self.seconds += 1;
        let started = (self.rate)(second);
        let hits = self.hits(second, started);
        let last = self.times(second, hits.answered());
        self.total += hits;
        self.started += started;
        let in_flight = started * (self.median_us)(second) as u64 / 100_000;
        // Sessions stay open after their hits.
        self.open_sessions = self.open_sessions.max(in_flight);
        for (sum, times) in [
            (&mut self.so_far.response, &last.response),
            (&mut self.so_far.service, &last.service),
            (&mut self.so_far.lateness, &last.lateness),
        ] {
            sum.merge(times);
        }
        let is_open = self.loop_kind == OpenOrClosedLoop::Open;
        LiveSecond {
            loop_kind: self.loop_kind,
            elapsed: Duration::from_secs(self.seconds),
            length: Duration::from_secs(1),
            total: self.total,
            hits,
            started,
            total_started: self.started,
            requested_rate: is_open.then_some(started as f64),
            in_flight,
            backlog: 0,
            open_sessions: self.open_sessions,
            stage: is_open.then(|| (self.stage)(second)),
            groups: self.groups(&last.response),
            last,
            labels: counts([("200", self.total.ok), ("503", self.total.rejected)]),
            failures: counts([
                ("connect_refused", self.total.failed),
                ("timeout", self.total.timed_out),
            ]),
            advice: BTreeMap::from([(
                "connect_refused".to_owned(),
                "nothing listens at this address: is the target up?".to_owned(),
            )]),
            verdict: self.verdict.clone(),
            generator: self.generator(),
        }
    }

    fn hits(&self, second: u64, started: u64) -> HitCounts {
        // The first hit that is not ok comes after some seconds.
        let share = |per_mille: u64| {
            let until = |second: u64| second * started * per_mille / 1_000;
            until(second + 1) - until(second)
        };
        let [rejected, failed, timed_out] = self.not_ok.map(share);
        HitCounts {
            scheduled: started,
            ok: started - rejected - failed - timed_out,
            rejected,
            failed,
            timed_out,
            ..HitCounts::default()
        }
    }

    /// Times with a logistic distribution of their logarithms.
    fn times(&self, second: u64, answered: u64) -> LiveDistributions {
        let mut times = LiveDistributions::default();
        for index in 0..QUANTILES.min(answered) {
            let count = answered / QUANTILES + u64::from(index < answered % QUANTILES);
            let share = (index as f64 + 0.5) / QUANTILES.min(answered) as f64;
            let spread = (share / (1.0 - share)).ln();
            let us = |micros: f64| Duration::from_nanos((micros * 1e3) as u64);
            let service = (self.median_us)(second) * (0.45 * spread).exp();
            let late = (self.late_us)(second) * (0.7 * spread).exp();
            times.service.record_many(us(service), count);
            times.lateness.record_many(us(late), count);
            times.response.record_many(us(service + late), count);
        }
        times
    }

    fn groups(&mut self, response: &Histogram) -> Vec<GroupSoFar> {
        self.group_times
            .resize_with(self.groups.len(), Histogram::new);
        let groups = self.groups.iter().zip(&mut self.group_times).enumerate();
        groups
            .map(|(index, (share, times))| {
                times.merge(response);
                let part = |hits: u64| (hits as f64 * share) as u64;
                GroupSoFar {
                    index: Some(index),
                    hits: HitCounts {
                        scheduled: part(self.total.scheduled),
                        ok: part(self.total.ok),
                        rejected: part(self.total.rejected),
                        failed: part(self.total.failed),
                        timed_out: part(self.total.timed_out),
                        ..HitCounts::default()
                    },
                    response: GroupResponse::new(times),
                }
            })
            .collect()
    }

    fn generator(&self) -> GeneratorReport {
        let seconds = self.seconds as f64;
        let mut generator = GeneratorReport::default();
        generator.threads = 2;
        generator.max_in_flight = 1_024;
        generator.cpu_s = seconds * 0.31;
        generator.peak_rss_bytes = 21_000_000;
        generator.peak_in_flight = 61;
        generator.slots_opened = 61;
        generator.sessions_opened = 64;
        generator.schedule_late_us = DurationSummary::from(&self.so_far.lateness);
        generator.host.stolen = Some(0.012);
        generator.host.throttled = Some(0.0);
        generator.workers = [(0.11, 4_200.0), (0.18, 900.0 + 95.0 * seconds)]
            .map(|(busy, stall_us)| {
                let mut thread = ThreadUsage::default();
                thread.cpu_s = Some(busy * seconds);
                thread.busy = Some(busy);
                thread.no_core = Some(0.004);
                thread.blocked_max_us = stall_us;
                thread
            })
            .into();
        generator
    }
}

fn counts(counts: [(&str, u64); 2]) -> BTreeMap<String, u64> {
    let counts = counts.into_iter().filter(|(_, hits)| *hits > 0);
    counts.map(|(name, hits)| (name.to_owned(), hits)).collect()
}
