use std::time::Duration;
use std::{fmt, mem};

use hammer_stats::Histogram;

use crate::row::Rows;
use crate::stage_tally::StageTallies;
use crate::unsent::UnsentCounts;
use crate::{Failure, HitVerdict, Hits, Label, Outcome};

/// How many different labels, failures or phases are told apart; more are counted as the last.
const MOST_NAMES: usize = 256;

/// What was measured in a part of a run or in all of it, histograms and all: what one worker has
/// seen since the last swap, or all workers since the start.
#[derive(PartialEq)]
pub struct Interval {
    pub(crate) hits: Hits,
    pub(crate) started: u64,
    pub(crate) response: Histogram,
    pub(crate) service: Histogram,
    pub(crate) lateness: Histogram,
    pub(crate) schedule_late: Histogram,
    pub(crate) phases: Tally<&'static str, Histogram>,
    pub(crate) labels: Tally<Label, u64>,
    pub(crate) failures: Tally<Failure, u64>,
    pub(crate) counts: Tally<&'static str, u64>,
    pub(crate) facts: Tally<(&'static str, Label), u64>,
    pub(crate) rows: Rows,
    pub(crate) stages: StageTallies,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) slots_opened: u64,
    pub(crate) sessions_opened: u64,
    pub(crate) unsent: UnsentCounts,
    pub(crate) waited_at_limit: u64,
    pub(crate) log_dropped: u64,
}

impl Interval {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self {
            hits: Hits::default(),
            started: 0,
            response: Histogram::new(),
            service: Histogram::new(),
            lateness: Histogram::new(),
            schedule_late: Histogram::new(),
            phases: Tally::default(),
            labels: Tally::default(),
            failures: Tally::default(),
            counts: Tally::default(),
            facts: Tally::default(),
            rows: Rows::default(),
            stages: StageTallies::default(),
            sent: 0,
            received: 0,
            slots_opened: 0,
            sessions_opened: 0,
            unsent: UnsentCounts::default(),
            waited_at_limit: 0,
            log_dropped: 0,
        })
    }

    /// What was measured in all of `parts`: the loads of a plan, or the stages of a load.
    #[must_use]
    pub fn merged<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Box<Self> {
        let mut merged = Self::new();
        parts.into_iter().for_each(|part| merged.merge(part));
        merged
    }

    /// Hits by verdict.
    #[must_use]
    pub fn hits(&self) -> Hits {
        self.hits
    }

    /// Hits that were started.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.started
    }

    /// done − due of the hits that were answered.
    #[must_use]
    pub fn response(&self) -> &Histogram {
        &self.response
    }

    /// done − started of the hits that were answered.
    #[must_use]
    pub fn service(&self) -> &Histogram {
        &self.service
    }

    /// started − due of the hits that were started.
    #[must_use]
    pub fn lateness(&self) -> &Histogram {
        &self.lateness
    }

    /// The lengths of a step that the hammer named.
    #[must_use]
    pub fn phase_named(&self, name: &str) -> Option<&Histogram> {
        let mut phases = self.phases.0.iter();
        phases
            .find(|(phase, _)| *phase == name)
            .map(|(_, histogram)| histogram)
    }

    /// Answers with this label.
    #[must_use]
    pub fn labelled(&self, label: &str) -> u64 {
        let labels = self.labels.0.iter();
        labels
            .filter(|(known, _)| known.is(label))
            .map(|(_, count)| count)
            .sum()
    }

    /// Hits that failed or timed out with this failure.
    #[must_use]
    pub fn failed_with(&self, failure: &str) -> u64 {
        let failures = self.failures.0.iter();
        failures
            .filter(|(known, _)| known.name() == failure)
            .map(|(_, count)| count)
            .sum()
    }

    /// Counts an answer.
    pub(crate) fn answer(&mut self, outcome: Outcome, response: Duration, service: Duration) {
        self.hits.count(if outcome.ok {
            HitVerdict::Ok
        } else {
            HitVerdict::Rejected
        });
        *self.labels.of(outcome.label) += 1;
        self.sent += outcome.sent;
        self.received += outcome.received;
        self.response.record(response);
        self.service.record(service);
    }

    /// Counts a hit without an answer.
    pub(crate) fn failure(&mut self, verdict: HitVerdict, failure: Failure) {
        self.hits.count(verdict);
        *self.failures.of(failure) += 1;
    }

    pub(crate) fn phase(&mut self, name: &'static str, length: Duration) {
        self.phases.of(name).record(length);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.hits += other.hits;
        self.started += other.started;
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.lateness.merge(&other.lateness);
        self.schedule_late.merge(&other.schedule_late);
        for (name, histogram) in &other.phases.0 {
            self.phases.of(*name).merge(histogram);
        }
        for (label, count) in &other.labels.0 {
            *self.labels.of(*label) += count;
        }
        for (failure, count) in &other.failures.0 {
            *self.failures.of(*failure) += count;
        }
        for (counter, count) in &other.counts.0 {
            *self.counts.of(*counter) += count;
        }
        for (fact, count) in &other.facts.0 {
            *self.facts.of(*fact) += count;
        }
        self.rows.merge(&other.rows);
        self.sent += other.sent;
        self.received += other.received;
        self.slots_opened += other.slots_opened;
        self.sessions_opened += other.sessions_opened;
        self.unsent.merge(&other.unsent);
        self.waited_at_limit += other.waited_at_limit;
        self.log_dropped += other.log_dropped;
        self.stages.merge(&other.stages);
    }

    /// Forgets everything but the sessions, which go on, and what was noted when they were opened or got
    /// ready.
    pub(crate) fn forget_warm_up(&mut self) {
        let (slots, sessions) = (self.slots_opened, self.sessions_opened);
        let (counts, facts) = (mem::take(&mut self.counts), mem::take(&mut self.facts));
        let phases = mem::take(&mut self.phases);
        self.clear();
        (self.slots_opened, self.sessions_opened) = (slots, sessions);
        (self.counts, self.facts) = (counts, facts);
        self.phases = phases;
    }

    /// Forgets everything, and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.hits = Hits::default();
        self.unsent = UnsentCounts::default();
        for histogram in [
            &mut self.response,
            &mut self.service,
            &mut self.lateness,
            &mut self.schedule_late,
        ] {
            histogram.clear();
        }
        self.phases
            .0
            .iter_mut()
            .for_each(|(_, histogram)| histogram.clear());
        self.labels.0.iter_mut().for_each(|(_, count)| *count = 0);
        self.failures.0.iter_mut().for_each(|(_, count)| *count = 0);
        self.counts.0.iter_mut().for_each(|(_, count)| *count = 0);
        self.facts.0.iter_mut().for_each(|(_, count)| *count = 0);
        self.rows.clear();
        for count in [
            &mut self.started,
            &mut self.sent,
            &mut self.received,
            &mut self.slots_opened,
            &mut self.sessions_opened,
            &mut self.waited_at_limit,
            &mut self.log_dropped,
        ] {
            *count = 0;
        }
        self.stages.clear();
    }
}

/// The counts alone: the buckets of the histograms are many.
impl fmt::Debug for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interval")
            .field("hits", &self.hits)
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}

/// A small map that is searched from the front: few names, and the first are the frequent ones.
#[derive(PartialEq)]
pub(crate) struct Tally<K, V>(pub(crate) Vec<(K, V)>);

impl<K, V> Default for Tally<K, V> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<K: PartialEq, V: Default> Tally<K, V> {
    pub(crate) fn of(&mut self, key: K) -> &mut V {
        let known = self.0.iter().position(|(name, _)| *name == key);
        let index = known.unwrap_or_else(|| {
            if self.0.len() < MOST_NAMES {
                self.0.push((key, V::default()));
            }
            self.0.len() - 1
        });
        &mut self.0[index].1
    }
}
