//! The names in the measurements of an interval, as a report lists them.

use std::collections::BTreeMap;

use crate::report::duration_summary::DurationSummary;
use crate::report::interval_stats::IntervalStats;

impl IntervalStats {
    pub(crate) fn phases_by_name(&self) -> BTreeMap<String, DurationSummary> {
        let phases = self.phases.iter();
        phases
            .map(|(name, histogram)| ((*name).to_owned(), DurationSummary::from(histogram)))
            .collect()
    }

    pub(crate) fn labels_by_name(&self) -> BTreeMap<String, u64> {
        sums(self.labels.iter().map(|(name, n)| (name.to_string(), *n)))
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
        *sums.entry(name).or_default() += count;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::failure::Failure;
    use crate::report::hit_counts::HitResult;

    /// The count of the last failure replaced those of others with its name.
    #[test]
    fn failures_with_equal_names_add_up() {
        let mut interval = IntervalStats::new();
        for failure in [Failure::RESET, Failure::new(Failure::RESET.name())] {
            interval.record_failure(HitResult::Failed, failure);
        }
        assert_eq!(interval.failures_by_name()["connection_reset"], 2);
    }
}
