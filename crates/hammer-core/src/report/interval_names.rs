//! The names in the measurements of an interval, with their figures.

use std::collections::BTreeMap;

use hammer_stats::Histogram;

use crate::model::failure::Failure;
use crate::model::outcome::Label;
use crate::report::duration_summary::DurationSummary;
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;
use crate::report::report::ByteCounts;

/// Failures for lack of a resource of the generator, with the cause that they are unsent hits of.
const SHORTAGES: [(Failure, &str); 3] = [
    (Failure::OUT_OF_FILES, "files"),
    (Failure::OUT_OF_PORTS, "ports"),
    (Failure::OUT_OF_MEMORY, "memory"),
];

/// All names, with figures above zero.
impl IntervalStats {
    /// The durations of each phase that the hammer named.
    pub fn phases(&self) -> impl Iterator<Item = (&'static str, &Histogram)> {
        let phases = self.phases.iter().map(|(name, it)| (*name, it));
        phases.filter(|(_, histogram)| !histogram.is_empty())
    }

    /// Answers by label.
    pub fn labels(&self) -> impl Iterator<Item = (Label, u64)> {
        above_zero(self.labels.iter().chain(self.rejections.iter()))
    }

    /// Hits that failed or timed out, by failure. Failures with equal names can differ in their
    /// advice.
    pub fn failures(&self) -> impl Iterator<Item = (Failure, u64)> {
        above_zero(self.failures.iter())
    }

    /// The counters of the hammer.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        above_zero(self.counts.iter())
    }

    /// The facts that the hammer noted: the name, the value, and the number of occurrences.
    pub fn facts(&self) -> impl Iterator<Item = (&'static str, Label, u64)> {
        above_zero(self.facts.iter()).map(|((name, value), count)| (name, value, count))
    }

    /// Bytes that hits sent and received.
    #[must_use]
    pub fn bytes(&self) -> ByteCounts {
        ByteCounts {
            sent: self.sent,
            received: self.received,
        }
    }

    /// Hits that were not sent, by cause: never started, or without a resource for their session.
    ///
    /// The causes are those of [`GeneratorReport::unsent`](crate::GeneratorReport::unsent).
    pub fn unsent(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let shortages = SHORTAGES.into_iter().filter_map(|(failure, cause)| {
            let mut failures = self.failures();
            let (_, hits) = failures.find(|(known, _)| *known == failure)?;
            Some((cause, hits))
        });
        self.unsent.iter().chain(shortages)
    }

    /// Hits that waited because all slots were in use.
    #[must_use]
    pub fn waited_at_limit(&self) -> u64 {
        self.waited_at_limit
    }

    /// Hits that waited because a limit of the hammer was reached, by the name of its setting.
    pub fn waited_for(&self) -> impl Iterator<Item = (&'static str, u64)> {
        above_zero(self.waited_for.iter())
    }

    /// The generator's own lateness: from the due time until the generator handled the hit, with or
    /// without a free slot.
    #[must_use]
    pub fn schedule_lateness(&self) -> &Histogram {
        &self.schedule_lateness
    }

    /// Sessions that were opened.
    #[must_use]
    pub fn sessions_opened(&self) -> u64 {
        self.sessions_opened
    }

    /// The hits of each group with hits, by the index of the group, with done − due of those that
    /// were answered, if any.
    pub fn groups(&self) -> impl Iterator<Item = (usize, HitCounts, Option<&Histogram>)> {
        self.groups.iter()
    }

    /// The hits whose group is unknown, with done − due of those that were answered, or `None` if each
    /// hit has a group.
    #[must_use]
    pub fn ungrouped(&self) -> Option<(HitCounts, Option<&Histogram>)> {
        self.groups.ungrouped()
    }
}

/// The counts above zero.
fn above_zero<'a, K: Copy + 'a>(
    counts: impl Iterator<Item = (&'a K, &'a u64)>,
) -> impl Iterator<Item = (K, u64)> {
    counts
        .map(|(name, count)| (*name, *count))
        .filter(|(_, count)| *count > 0)
}

/// All names as a report lists them.
impl IntervalStats {
    pub(crate) fn phases_by_name(&self) -> BTreeMap<String, DurationSummary> {
        let phases = self.phases.iter();
        phases
            .map(|(name, histogram)| ((*name).to_owned(), DurationSummary::from(histogram)))
            .collect()
    }

    pub(crate) fn rejections_by_name(&self) -> BTreeMap<String, u64> {
        let rejections = above_zero(self.rejections.iter());
        sums(rejections.map(|(name, n)| (name.to_string(), n)))
    }

    pub(crate) fn labels_by_name(&self) -> BTreeMap<String, u64> {
        sums(self.labels().map(|(name, n)| (name.to_string(), n)))
    }

    pub(crate) fn failures_by_name(&self) -> BTreeMap<String, u64> {
        let failures = self.failures.iter();
        sums(failures.map(|(failure, n)| (failure.name().to_owned(), *n)))
    }

    /// The advice for each failure that has some.
    pub(crate) fn advice_by_failure(&self) -> BTreeMap<String, String> {
        let failures = self.failures.iter();
        failures
            .filter_map(|(failure, _)| {
                Some((failure.name().to_owned(), failure.advice()?.to_owned()))
            })
            .collect()
    }

    pub(crate) fn counts_by_name(&self) -> BTreeMap<String, u64> {
        let counts = self.counts.iter();
        counts.map(|(name, n)| ((*name).to_owned(), *n)).collect()
    }

    /// The values of each fact, with the number of occurrences.
    pub(crate) fn facts_by_name(&self) -> BTreeMap<String, BTreeMap<String, u64>> {
        let mut facts = BTreeMap::<String, BTreeMap<String, u64>>::new();
        for ((name, value), count) in self.facts.iter() {
            let values = facts.entry((*name).to_owned()).or_default();
            values.insert(value.to_string(), *count);
        }
        facts
    }
}

/// Adds up the counts of equal names, such as failures that differ in their advice only.
fn sums(counts: impl Iterator<Item = (String, u64)>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in counts {
        let sum: &mut u64 = sums.entry(name).or_default();
        *sum = sum.saturating_add(count);
    }
    sums
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::outcome::Outcome;
    use crate::report::hit_counts::HitResult;
    use crate::report::unsent_cause::UnsentCause;

    /// The count of the last failure replaced those of others with its name.
    #[test]
    fn failures_with_equal_names_add_up() {
        let mut interval = IntervalStats::new();
        for failure in [Failure::RESET, Failure::new(Failure::RESET.name())] {
            interval.record_failure(HitResult::Failed, failure);
        }
        assert_eq!(interval.failures_by_name()["connection_reset"], 2);
    }
    /// A display could read the count of a label that it knew, but not which labels there were.
    #[test]
    fn names_are_listed_with_their_figures() {
        let mut interval = IntervalStats::new();
        let second = Duration::from_secs(1);
        let answer = Outcome::ok(200).sent(10).received(20);
        interval.record_answer(answer, second, second);
        interval.record_answer(Outcome::rejected("busy"), second, second);
        interval.record_failure(HitResult::Failed, Failure::OUT_OF_FILES);
        interval.record_phase("dns", second);
        interval.count("bodies", 3);
        *interval.facts.entry(("tls", Label::from("1.3"))) += 1;
        interval.unsent.count(UnsentCause::Late);
        *interval.waited_for.entry("window") += 4;
        interval.groups.count(Some(2), HitResult::Ok, Some(second));

        let labels: Vec<_> = interval.labels().collect();
        assert_eq!(labels, [(200.into(), 1), ("busy".into(), 1)]);
        let failures: Vec<_> = interval.failures().collect();
        assert_eq!(failures, [(Failure::OUT_OF_FILES, 1)]);
        let phases: Vec<_> = interval
            .phases()
            .map(|(name, it)| (name, it.max()))
            .collect();
        assert_eq!(phases, [("dns", second)]);
        assert_eq!(interval.counts().collect::<Vec<_>>(), [("bodies", 3)]);
        let facts: Vec<_> = interval.facts().collect();
        assert_eq!(facts, [("tls", "1.3".into(), 1)]);
        let bytes = interval.bytes();
        assert_eq!((bytes.sent, bytes.received), (10, 20));
        let unsent: Vec<_> = interval.unsent().collect();
        assert_eq!(unsent, [("late", 1), ("files", 1)]);
        assert_eq!(interval.waited_for().collect::<Vec<_>>(), [("window", 4)]);
        let groups = interval
            .groups()
            .map(|(index, hits, response)| (index, hits.ok, response.map(Histogram::count)));
        assert_eq!(groups.collect::<Vec<_>>(), [(2, 1, Some(1))]);
        assert!(interval.ungrouped().is_none());

        // Cleared names keep their memory, and are not listed.
        interval.clear();
        assert_eq!(interval.labels().count() + interval.failures().count(), 0);
        assert_eq!(interval.phases().count() + interval.facts().count(), 0);
        assert_eq!(interval.unsent().count() + interval.waited_for().count(), 0);
    }
}
