//! Measurements of a time interval, with histograms.

use std::time::Duration;
use std::{fmt, mem};

use hammer_stats::Histogram;

use crate::model::failure::Failure;
use crate::model::outcome::{Label, Outcome};
use crate::report::address_report::AddressTallies;
use crate::report::frequent_first_map::FrequentFirstMap;
use crate::report::group_report::GroupTallies;
use crate::report::hit_counts::{HitCounts, HitResult};
use crate::report::stage_tally::StageTallies;
use crate::report::unsent_cause::UnsentCounts;

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
    /// Answers that were ok, by label.
    pub(crate) labels: FrequentFirstMap<Label, u64>,
    /// Answers that were rejected, by label.
    pub(crate) rejections: FrequentFirstMap<Label, u64>,
    pub(crate) failures: FrequentFirstMap<Failure, u64>,
    pub(crate) counts: FrequentFirstMap<&'static str, u64>,
    pub(crate) facts: FrequentFirstMap<(&'static str, Label), u64>,
    /// Hits that waited for a limit of the hammer, by setting.
    pub(crate) waited_for: FrequentFirstMap<&'static str, u64>,
    pub(crate) groups: GroupTallies,
    pub(crate) addresses: AddressTallies,
    pub(crate) stages: StageTallies,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) slots_opened: u64,
    pub(crate) sessions_opened: u64,
    pub(crate) unsent: UnsentCounts,
    /// Those of the hits that were unsent at a stop that the generator handled late.
    pub(crate) stopped_late: u64,
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
            rejections: FrequentFirstMap::default(),
            failures: FrequentFirstMap::default(),
            counts: FrequentFirstMap::default(),
            facts: FrequentFirstMap::default(),
            waited_for: FrequentFirstMap::default(),
            groups: GroupTallies::default(),
            addresses: AddressTallies::default(),
            stages: StageTallies::default(),
            sent: 0,
            received: 0,
            slots_opened: 0,
            sessions_opened: 0,
            unsent: UnsentCounts::default(),
            stopped_late: 0,
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

    /// Merges `parts` as [`merged`](Self::merged) does, with only the groups that have these indices.
    ///
    /// Each group has a histogram, so that a copy of all of them can be large.
    #[must_use]
    pub fn merged_of_groups<'a>(
        parts: impl IntoIterator<Item = &'a Self>,
        groups: &[usize],
    ) -> Box<Self> {
        let mut merged = Self::new();
        for part in parts {
            merged.merge_all_but_groups(part);
            merged.groups.merge_those(&part.groups, groups);
        }
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
        let mut phases = self.phases.iter();
        phases
            .find(|(phase, _)| **phase == name)
            .map(|(_, histogram)| histogram)
    }

    /// The number of answers with this label.
    #[must_use]
    pub fn label_count(&self, label: &str) -> u64 {
        let labels = self.labels.iter().chain(self.rejections.iter());
        labels
            .filter(|(known, _)| known.matches(label))
            .fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// The number of hits that failed or timed out with this failure.
    #[must_use]
    pub fn failure_count(&self, failure: &str) -> u64 {
        let failures = self.failures.iter();
        failures
            .filter(|(known, _)| known.name() == failure)
            .fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// The measurements of one group of hits, which are only hits and response.
    #[must_use]
    pub fn of_group(&self, index: usize) -> Box<Self> {
        let mut part = Self::new();
        let mut groups = self.groups.iter();
        if let Some((_, hits, response)) = groups.find(|(known, ..)| *known == index) {
            part.hits = hits;
            part.response.merge(response.unwrap_or(&Histogram::new()));
        }
        part
    }

    /// The measurements of the hits that were due in one stage, which are only hits, response and
    /// service. Those of a whole run have no stages: use its ticks or its report.
    #[must_use]
    pub fn of_stage(&self, index: usize) -> Box<Self> {
        let mut part = Self::new();
        let mut tallies = self.stages.tallies.iter();
        if let Some(tally) = tallies.find(|tally| tally.stage == index) {
            (part.hits, part.started) = (tally.hits, tally.started);
            if let Some(times) = &tally.times {
                part.response.merge(&times.response);
                part.service.merge(&times.service);
            }
        }
        part
    }

    /// Counts an answer.
    pub(crate) fn record_answer(
        &mut self,
        outcome: Outcome,
        response: Duration,
        service: Duration,
    ) {
        let (result, labels) = if outcome.ok {
            (HitResult::Ok, &mut self.labels)
        } else {
            (HitResult::Rejected, &mut self.rejections)
        };
        self.hits.count(result);
        *labels.entry(outcome.label) += 1;
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

    /// Adds the measurements of `other`. Counts saturate, because those of a file may have any value.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.merge_all_but_groups(other);
        self.groups.merge(&other.groups);
    }

    fn merge_all_but_groups(&mut self, other: &Self) {
        self.hits += other.hits;
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.lateness.merge(&other.lateness);
        self.schedule_lateness.merge(&other.schedule_lateness);
        for (name, histogram) in other.phases.iter() {
            self.phases.entry(*name).merge(histogram);
        }
        self.labels.add_counts(&other.labels);
        self.rejections.add_counts(&other.rejections);
        self.failures.add_counts(&other.failures);
        self.counts.add_counts(&other.counts);
        self.facts.add_counts(&other.facts);
        self.waited_for.add_counts(&other.waited_for);
        self.addresses.merge(&other.addresses);
        self.unsent.merge(&other.unsent);
        for (sum, count) in [
            (&mut self.started, other.started),
            (&mut self.sent, other.sent),
            (&mut self.received, other.received),
            (&mut self.slots_opened, other.slots_opened),
            (&mut self.sessions_opened, other.sessions_opened),
            (&mut self.stopped_late, other.stopped_late),
            (&mut self.waited_at_limit, other.waited_at_limit),
            (&mut self.log_dropped, other.log_dropped),
        ] {
            *sum = sum.saturating_add(count);
        }
        self.stages.merge(&other.stages);
    }

    /// Resets everything except sessions, which stay open, and the notes made while opening or
    /// preparing.
    pub(crate) fn forget_warm_up(&mut self) {
        let (slots, sessions) = (self.slots_opened, self.sessions_opened);
        let (counts, facts) = (mem::take(&mut self.counts), mem::take(&mut self.facts));
        let phases = mem::take(&mut self.phases);
        let addresses = mem::take(&mut self.addresses);
        self.clear();
        (self.slots_opened, self.sessions_opened) = (slots, sessions);
        (self.counts, self.facts) = (counts, facts);
        self.phases = phases;
        self.addresses = addresses;
        self.addresses.forget_hits();
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
        self.phases.values_mut().for_each(Histogram::clear);
        self.labels.values_mut().for_each(|count| *count = 0);
        self.rejections.values_mut().for_each(|count| *count = 0);
        self.failures.values_mut().for_each(|count| *count = 0);
        self.counts.values_mut().for_each(|count| *count = 0);
        self.facts.values_mut().for_each(|count| *count = 0);
        self.waited_for.values_mut().for_each(|count| *count = 0);
        self.groups.clear();
        self.addresses.clear();
        for count in [
            &mut self.started,
            &mut self.sent,
            &mut self.received,
            &mut self.slots_opened,
            &mut self.sessions_opened,
            &mut self.stopped_late,
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
