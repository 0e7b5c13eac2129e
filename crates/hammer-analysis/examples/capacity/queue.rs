//! A simulated target: servers with one queue, whose state lives on between looks.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The mean service time of a server, in seconds.
pub(crate) const SERVICE_S: f64 = 0.0005;

/// The servers of a queue with random arrivals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum QueueKind {
    /// One server, always as long.
    Md1,
    /// One server, exponential.
    Mm1,
    /// Eight servers, exponential.
    Mm8,
}

impl QueueKind {
    pub(crate) const ALL: [Self; 3] = [Self::Md1, Self::Mm1, Self::Mm8];

    pub(crate) fn servers(self) -> usize {
        if self == Self::Mm8 { 8 } else { 1 }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Md1 => "M/D/1",
            Self::Mm1 => "M/M/1",
            Self::Mm8 => "M/M/8",
        }
    }
}

/// The faults of a target.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    /// Period and length of pauses of all servers, in seconds.
    pub(crate) pauses: Option<(f64, f64)>,
    /// The time at which it stops answering, in seconds.
    pub(crate) dies_at: Option<f64>,
}

/// A target under load. Times are in seconds.
pub(crate) struct QueueTarget {
    kind: QueueKind,
    faults: Faults,
    random: Xoshiro256PlusPlus,
    now: f64,
    /// The times at which the servers are free.
    free: Vec<f64>,
}

/// The response times of a look.
pub(crate) struct MeasuredLook {
    /// The measured length, shorter than planned if too many hits were late.
    pub(crate) length: f64,
    pub(crate) p99: f64,
    /// The 99th percentile of the first second after the rest.
    pub(crate) first_p99: f64,
    pub(crate) took: f64,
    pub(crate) has_held: bool,
}

/// The rate and the times of a look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LookPlan {
    pub(crate) rate: f64,
    pub(crate) rest: f64,
    pub(crate) settle: f64,
    pub(crate) length: f64,
    /// The bound of the 99th percentile.
    pub(crate) bound: f64,
}

impl QueueTarget {
    pub(crate) fn new(kind: QueueKind, faults: Faults, seed: u64) -> Self {
        Self {
            kind,
            faults,
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            now: 0.0,
            free: vec![0.0; kind.servers()],
        }
    }

    fn exponential(&mut self) -> f64 {
        let uniform = ((self.random.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        -uniform.ln()
    }

    /// Serves a hit that arrives now, and returns its response time: the recursion of Lindley, for the
    /// server that is free first.
    fn serve(&mut self, arrival: f64) -> f64 {
        let service = SERVICE_S
            * match self.kind {
                QueueKind::Md1 => 1.0,
                QueueKind::Mm1 | QueueKind::Mm8 => self.exponential(),
            };
        let mut first = 0;
        for server in 1..self.free.len() {
            if self.free[server] < self.free[first] {
                first = server;
            }
        }
        let mut start = self.free[first].max(arrival);
        if let Some((period, length)) = self.faults.pauses {
            // A pause begins in the middle of each period.
            let phase = (start - period / 2.0).rem_euclid(period);
            if phase < length {
                start += length - phase;
            }
        }
        let end = start + service;
        self.free[first] = end;
        if self.faults.dies_at.is_some_and(|dies_at| end > dies_at) {
            return f64::INFINITY;
        }
        end - arrival
    }

    /// Looks once. The look ends early once more than 1 % of its planned hits are late.
    pub(crate) fn look(&mut self, plan: LookPlan) -> MeasuredLook {
        let started = self.now;
        let sent = started + plan.rest;
        let measured = sent + plan.settle;
        let planned = plan.rate * plan.length;
        let most_late = 0.01 * (planned + 5.0 * planned.sqrt());
        let mut end = measured + plan.length;
        let (mut times, mut first, mut late_at) = (vec![], vec![], vec![]);
        let mut arrival = sent;
        loop {
            arrival += self.exponential() / plan.rate;
            if arrival > end {
                break;
            }
            let time = self.serve(arrival);
            if arrival < sent + 1.0 {
                first.push(time);
            }
            if arrival < measured {
                continue;
            }
            times.push(time);
            if time > plan.bound {
                late_at.push(arrival + plan.bound);
                // The hit that decides is known to be late once it is older than the bound.
                if late_at.len() as f64 > most_late {
                    end = end.min(arrival + plan.bound);
                }
            }
        }
        let is_early = late_at.len() as f64 > most_late;
        let last = self.free.iter().copied().fold(end, f64::max);
        let drained = if is_early { end } else { last.min(end + 30.0) };
        self.now = drained;
        let p99 = percentile_99(&mut times);
        MeasuredLook {
            length: end - measured,
            p99,
            first_p99: percentile_99(&mut first),
            took: drained - started,
            has_held: !is_early && p99 <= plan.bound,
        }
    }
}

fn percentile_99(times: &mut [f64]) -> f64 {
    if times.is_empty() {
        return 0.0;
    }
    let rank = (times.len() as f64 * 0.99).ceil() as usize - 1;
    *times.select_nth_unstable_by(rank, f64::total_cmp).1
}
