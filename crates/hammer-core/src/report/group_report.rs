//! Hits by group, such as by target.

use std::time::Duration;

use hammer_stats::Histogram;
use serde::{Deserialize, Serialize};

use crate::model::description::MAX_GROUPS;
use crate::report::duration_summary::DurationSummary;
use crate::report::hit_counts::{HitCounts, HitResult};

/// The hits of one group, such as those to one of several targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupReport {
    /// The name of the group. The last one can represent several groups, or hits without a group.
    pub name: String,
    /// Its hits by result. `scheduled` is the number that have ended.
    #[serde(flatten)]
    pub hits: HitCounts,
    /// done − due of the hits that were answered.
    pub response_us: DurationSummary,
    /// True for the hits whose group is unknown. A group of the hammer may have the same name.
    #[serde(skip)]
    pub(crate) is_ungrouped: bool,
}

impl GroupReport {
    /// Returns true if these are the hits whose group is unknown, which a run may have or not.
    #[must_use]
    pub fn is_ungrouped(&self) -> bool {
        self.is_ungrouped
    }

    /// The name of the group with this index, as [`IntervalStats::groups`](crate::IntervalStats::groups)
    /// counts them, of the groups with these names. Without an index, it is that of the hits whose group
    /// is unknown.
    #[must_use]
    pub fn name_of(names: &[String], index: Option<usize>) -> String {
        let Some(index) = index else {
            return NO_GROUP.to_owned();
        };
        match names.len().saturating_sub(index) {
            others if others > 1 && index + 1 == MAX_GROUPS => format!("{others} others"),
            _ => names.get(index).cloned().unwrap_or_default(),
        }
    }
}

/// The name of the hits whose group is unknown.
const NO_GROUP: &str = "(no group)";

/// The tallies of all groups.
#[derive(Default, PartialEq)]
pub(crate) struct GroupTallies {
    groups: Vec<GroupTally>,
    /// The hits whose group is unknown.
    ungrouped: GroupTally,
}

#[derive(Default, PartialEq)]
struct GroupTally {
    hits: HitCounts,
    /// Response of answered hits; `None` before the first.
    response: Option<Histogram>,
}

impl GroupTallies {
    /// The groups with hits: their index, hits and response.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, HitCounts, Option<&Histogram>)> {
        let groups = self.groups.iter().enumerate();
        groups
            .filter(|(_, tally)| tally.hits.scheduled > 0)
            .map(|(index, tally)| (index, tally.hits, tally.response.as_ref()))
    }

    /// The hits without a group, if there are any.
    pub(crate) fn ungrouped(&self) -> Option<(HitCounts, Option<&Histogram>)> {
        let tally = Some(&self.ungrouped).filter(|tally| tally.hits.scheduled > 0)?;
        Some((tally.hits, tally.response.as_ref()))
    }

    fn entry(&mut self, group: usize) -> &mut GroupTally {
        let index = group.min(MAX_GROUPS - 1);
        if self.groups.len() <= index {
            self.groups.resize_with(index + 1, GroupTally::default);
        }
        &mut self.groups[index]
    }

    /// Counts a hit whose group is known or not, with its `response` if it was answered.
    pub(crate) fn count(
        &mut self,
        group: Option<usize>,
        result: HitResult,
        response: Option<Duration>,
    ) {
        let tally = match group {
            Some(group) => self.entry(group),
            None => &mut self.ungrouped,
        };
        tally.hits.scheduled += 1;
        tally.hits.count(result);
        if let Some(response) = response {
            tally
                .response
                .get_or_insert_with(Histogram::new)
                .record(response);
        }
    }

    /// Counts hits without a group that were held by a worker which stopped responding.
    pub(crate) fn count_lost(&mut self, hits: u64) {
        self.ungrouped.hits.scheduled += hits;
        self.ungrouped.hits.abandoned += hits;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (index, other_tally) in other.groups.iter().enumerate() {
            self.entry(index).merge(other_tally);
        }
        self.ungrouped.merge(&other.ungrouped);
    }

    /// Adds the groups of `other` that have these `indices`.
    pub(crate) fn merge_those(&mut self, other: &Self, indices: &[usize]) {
        for index in indices {
            if let Some(tally) = other.groups.get(*index) {
                self.entry(*index).merge(tally);
            }
        }
    }

    /// Resets all counts and keeps the memory.
    pub(crate) fn clear(&mut self) {
        for tally in self.groups.iter_mut().chain([&mut self.ungrouped]) {
            tally.hits = HitCounts::default();
            tally.response.iter_mut().for_each(Histogram::clear);
        }
    }

    /// The response of each group of a report that was built from these tallies.
    pub(crate) fn responses(
        &self,
        reports: &[GroupReport],
    ) -> impl Iterator<Item = Option<&Histogram>> {
        reports.iter().enumerate().map(|(index, report)| {
            let group = match report.is_ungrouped {
                true => Some(&self.ungrouped),
                false => self.groups.get(index),
            };
            group.and_then(|tally| tally.response.as_ref())
        })
    }

    /// Restores the tallies of a report from its figures and the response of each group.
    pub(crate) fn restored(reports: &[GroupReport], responses: Vec<Histogram>) -> Self {
        let mut tallies = Self::default();
        for (index, (report, response)) in reports.iter().zip(responses).enumerate() {
            let tally = match report.is_ungrouped {
                true => &mut tallies.ungrouped,
                false => tallies.entry(index),
            };
            tally.hits += report.hits;
            tally.response = Some(response).filter(|response| !response.is_empty());
        }
        tallies
    }

    /// Builds a report for each of `names`, up to the maximum, and one more for the hits whose group
    /// is unknown, if there are any. Together they have all hits.
    pub(crate) fn report(&self, names: &[String]) -> Vec<GroupReport> {
        if names.is_empty() {
            return vec![];
        }
        let empty = GroupTally::default();
        let groups = (0..names.len().min(MAX_GROUPS)).map(|index| {
            let name = GroupReport::name_of(names, Some(index));
            self.groups.get(index).unwrap_or(&empty).report(name, false)
        });
        let ungrouped = Some(&self.ungrouped).filter(|tally| tally.hits.scheduled > 0);
        groups
            .chain(ungrouped.map(|tally| tally.report(GroupReport::name_of(names, None), true)))
            .collect()
    }
}

impl GroupTally {
    fn merge(&mut self, other: &Self) {
        self.hits += other.hits;
        if let Some(response) = &other.response {
            self.response
                .get_or_insert_with(Histogram::new)
                .merge(response);
        }
    }

    fn report(&self, name: String, is_ungrouped: bool) -> GroupReport {
        let response = self.response.as_ref();
        GroupReport {
            name,
            hits: self.hits,
            response_us: response.map(DurationSummary::from).unwrap_or_default(),
            is_ungrouped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_bounded_and_lose_no_hit() {
        let mut tallies = GroupTallies::default();
        for group in 0..MAX_GROUPS + 10 {
            tallies.count(Some(group), HitResult::Ok, Some(Duration::from_millis(1)));
        }
        tallies.count(Some(0), HitResult::Failed, None);
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
