//! Measurements of a time interval, with histograms.

use std::time::Duration;
use std::{fmt, mem};

use hammer_stats::Histogram;

use crate::group_report::GroupTallies;
use crate::stage_tally::StageTallies;
use crate::unsent_cause::UnsentCounts;
use crate::{Failure, HitCounts, HitResult, Label, Outcome};

/// The maximum number of distinct labels, failures or phases; more are counted as the last one.
const MAX_NAMES: usize = 256;

/// The measurements of an interval, or of a whole run, with histograms.
///
/// They cover one worker since the last swap, or all workers since the start.
#[derive(PartialEq)]
pub struct IntervalStats {
    pub(crate) hits: HitCounts,
    pub(crate) started: u64,
    pub(crate) response: Histogram,
    pub(crate) service: Histogram,
    pub(crate) lateness: Histogram,
    pub(crate) schedule_lateness: Histogram,
    pub(crate) phases: FrequentFirstMap<&'static str, Histogram>,
    pub(crate) labels: FrequentFirstMap<Label, u64>,
    pub(crate) failures: FrequentFirstMap<Failure, u64>,
    pub(crate) counts: FrequentFirstMap<&'static str, u64>,
    pub(crate) facts: FrequentFirstMap<(&'static str, Label), u64>,
    /// Hits that waited for a limit of the hammer's own, by setting.
    pub(crate) waited_for: FrequentFirstMap<&'static str, u64>,
    pub(crate) groups: GroupTallies,
    pub(crate) stages: StageTallies,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) slots_opened: u64,
    pub(crate) sessions_opened: u64,
    pub(crate) unsent: UnsentCounts,
    pub(crate) waited_at_limit: u64,
    pub(crate) log_dropped: u64,
}

impl IntervalStats {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self {
            hits: HitCounts::default(),
            started: 0,
            response: Histogram::new(),
            service: Histogram::new(),
            lateness: Histogram::new(),
            schedule_lateness: Histogram::new(),
            phases: FrequentFirstMap::default(),
            labels: FrequentFirstMap::default(),
            failures: FrequentFirstMap::default(),
            counts: FrequentFirstMap::default(),
            facts: FrequentFirstMap::default(),
            waited_for: FrequentFirstMap::default(),
            groups: GroupTallies::default(),
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

    /// Merges `parts`, such as the loads of a plan or the stages of a load.
    #[must_use]
    pub fn merged<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Box<Self> {
        let mut merged = Self::new();
        parts.into_iter().for_each(|part| merged.merge(part));
        merged
    }

    /// Hits by result.
    #[must_use]
    pub fn hits(&self) -> HitCounts {
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

    /// The durations of a phase that the hammer named.
    #[must_use]
    pub fn phase(&self, name: &str) -> Option<&Histogram> {
        let mut phases = self.phases.0.iter();
        phases
            .find(|(phase, _)| *phase == name)
            .map(|(_, histogram)| histogram)
    }

    /// The number of answers with this label.
    #[must_use]
    pub fn label_count(&self, label: &str) -> u64 {
        let labels = self.labels.0.iter();
        labels
            .filter(|(known, _)| known.matches(label))
            .map(|(_, count)| count)
            .sum()
    }

    /// The number of hits that failed or timed out with this failure.
    #[must_use]
    pub fn failure_count(&self, failure: &str) -> u64 {
        let failures = self.failures.0.iter();
        failures
            .filter(|(known, _)| known.name() == failure)
            .map(|(_, count)| count)
            .sum()
    }

    /// Counts an answer.
    pub(crate) fn record_answer(
        &mut self,
        outcome: Outcome,
        response: Duration,
        service: Duration,
    ) {
        self.hits.count(if outcome.ok {
            HitResult::Ok
        } else {
            HitResult::Rejected
        });
        *self.labels.entry(outcome.label) += 1;
        self.sent += outcome.sent;
        self.received += outcome.received;
        self.response.record(response);
        self.service.record(service);
    }

    /// Counts a hit without an answer.
    pub(crate) fn record_failure(&mut self, result: HitResult, failure: Failure) {
        self.hits.count(result);
        *self.failures.entry(failure) += 1;
    }

    pub(crate) fn record_phase(&mut self, name: &'static str, duration: Duration) {
        self.phases.entry(name).record(duration);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.hits += other.hits;
        self.started += other.started;
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.lateness.merge(&other.lateness);
        self.schedule_lateness.merge(&other.schedule_lateness);
        for (name, histogram) in &other.phases.0 {
            self.phases.entry(*name).merge(histogram);
        }
        for (label, count) in &other.labels.0 {
            *self.labels.entry(*label) += count;
        }
        for (failure, count) in &other.failures.0 {
            *self.failures.entry(*failure) += count;
        }
        for (counter, count) in &other.counts.0 {
            *self.counts.entry(*counter) += count;
        }
        for (fact, count) in &other.facts.0 {
            *self.facts.entry(*fact) += count;
        }
        for (setting, count) in &other.waited_for.0 {
            *self.waited_for.entry(*setting) += count;
        }
        self.groups.merge(&other.groups);
        self.sent += other.sent;
        self.received += other.received;
        self.slots_opened += other.slots_opened;
        self.sessions_opened += other.sessions_opened;
        self.unsent.merge(&other.unsent);
        self.waited_at_limit += other.waited_at_limit;
        self.log_dropped += other.log_dropped;
        self.stages.merge(&other.stages);
    }

    /// Resets everything except sessions, which stay open, and the notes made while opening or
    /// preparing.
    pub(crate) fn forget_warm_up(&mut self) {
        let (slots, sessions) = (self.slots_opened, self.sessions_opened);
        let (counts, facts) = (mem::take(&mut self.counts), mem::take(&mut self.facts));
        let phases = mem::take(&mut self.phases);
        self.clear();
        (self.slots_opened, self.sessions_opened) = (slots, sessions);
        (self.counts, self.facts) = (counts, facts);
        self.phases = phases;
    }

    /// Resets everything and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.hits = HitCounts::default();
        self.unsent = UnsentCounts::default();
        for histogram in [
            &mut self.response,
            &mut self.service,
            &mut self.lateness,
            &mut self.schedule_lateness,
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
        self.waited_for
            .0
            .iter_mut()
            .for_each(|(_, count)| *count = 0);
        self.groups.clear();
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

/// Shows only the counts, because the histograms have many buckets.
impl fmt::Debug for IntervalStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntervalStats")
            .field("hits", &self.hits)
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}

/// A small map searched from the front, where frequent names come first.
#[derive(PartialEq)]
pub(crate) struct FrequentFirstMap<K, V>(pub(crate) Vec<(K, V)>);

impl<K, V> Default for FrequentFirstMap<K, V> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<K: PartialEq, V: Default> FrequentFirstMap<K, V> {
    pub(crate) fn entry(&mut self, key: K) -> &mut V {
        let known = self.0.iter().position(|(name, _)| *name == key);
        let index = known.unwrap_or_else(|| {
            if self.0.len() < MAX_NAMES {
                self.0.push((key, V::default()));
            }
            self.0.len() - 1
        });
        &mut self.0[index].1
    }
}
