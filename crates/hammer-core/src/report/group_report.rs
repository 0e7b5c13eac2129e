//! Hits by group, such as by target.

use std::time::Duration;

use hammer_stats::Histogram;
use serde::{Deserialize, Serialize};

use crate::report::duration_summary::DurationSummary;
use crate::report::hit_counts::{HitCounts, HitResult};

/// The maximum number of groups, each with a histogram per worker; the last one collects the rest.
const MAX_GROUPS: usize = 50;

/// The hits of one group, such as those to one of several targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupReport {
    /// The name of the group. The last one can represent several groups.
    pub name: String,
    /// Its started hits by result. `scheduled` is the number that have ended.
    #[serde(flatten)]
    pub hits: HitCounts,
    /// done − due of the hits that were answered.
    pub response_us: DurationSummary,
}

/// The tallies of all groups.
#[derive(Default, PartialEq)]
pub(crate) struct GroupTallies(Vec<GroupTally>);

#[derive(Default, PartialEq)]
struct GroupTally {
    hits: HitCounts,
    /// Response of answered hits; `None` before the first.
    response: Option<Histogram>,
}

impl GroupTallies {
    /// The groups with hits: their index, hits and response.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, HitCounts, Option<&Histogram>)> {
        let groups = self.0.iter().enumerate();
        groups
            .filter(|(_, tally)| tally.hits.scheduled > 0)
            .map(|(index, tally)| (index, tally.hits, tally.response.as_ref()))
    }

    fn entry(&mut self, group: usize) -> &mut GroupTally {
        let index = group.min(MAX_GROUPS - 1);
        if self.0.len() <= index {
            self.0.resize_with(index + 1, GroupTally::default);
        }
        &mut self.0[index]
    }

    /// Counts a hit, with its `response` if it was answered.
    pub(crate) fn count(&mut self, group: usize, result: HitResult, response: Option<Duration>) {
        let tally = self.entry(group);
        tally.hits.scheduled += 1;
        tally.hits.count(result);
        if let Some(response) = response {
            tally
                .response
                .get_or_insert_with(Histogram::new)
                .record(response);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (index, other_tally) in other.0.iter().enumerate() {
            let tally = self.entry(index);
            tally.hits += other_tally.hits;
            if let Some(response) = &other_tally.response {
                tally
                    .response
                    .get_or_insert_with(Histogram::new)
                    .merge(response);
            }
        }
    }

    /// Resets all counts and keeps the memory.
    pub(crate) fn clear(&mut self) {
        for tally in &mut self.0 {
            tally.hits = HitCounts::default();
            tally.response.iter_mut().for_each(Histogram::clear);
        }
    }

    /// Builds a report for each of `names`, up to the maximum.
    pub(crate) fn report(&self, names: &[String]) -> Vec<GroupReport> {
        let empty = GroupTally::default();
        let shown = names.iter().take(MAX_GROUPS).enumerate();
        let groups = shown.map(|(index, name)| {
            let tally = self.0.get(index).unwrap_or(&empty);
            let others = names.len() - index;
            GroupReport {
                name: if index + 1 == MAX_GROUPS && others > 1 {
                    format!("{others} others")
                } else {
                    name.clone()
                },
                hits: tally.hits,
                response_us: tally
                    .response
                    .as_ref()
                    .map(DurationSummary::from)
                    .unwrap_or_default(),
            }
        });
        groups.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_bounded_and_lose_no_hit() {
        let mut tallies = GroupTallies::default();
        for group in 0..MAX_GROUPS + 10 {
            tallies.count(group, HitResult::Ok, Some(Duration::from_millis(1)));
        }
        tallies.count(0, HitResult::Failed, None);
        let mut merged = GroupTallies::default();
        merged.merge(&tallies);
        let names: Vec<String> = (0..MAX_GROUPS + 10)
            .map(|n| format!("target {n}"))
            .collect();
        let report = merged.report(&names);
        assert_eq!(report.len(), MAX_GROUPS);
        assert_eq!((report[0].hits.ok, report[0].hits.failed), (1, 1));
        assert_eq!(report[0].response_us.count, 1);
        let last = &report[MAX_GROUPS - 1];
        assert_eq!((last.name.as_str(), last.hits.ok), ("11 others", 11));
        tallies.clear();
        assert_eq!(tallies.report(&names[..1])[0].hits, HitCounts::default());
    }
}
