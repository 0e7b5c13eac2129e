use std::time::Duration;

use hammer_stats::Histogram;
use serde::{Deserialize, Serialize};

use crate::{DurationSummary, HitCounts, HitResult};

/// Rows beyond this many are counted together, as the last: a row holds a histogram in each
/// worker.
const MAX_GROUPS: usize = 50;

/// The hits that a hammer counted as one kind, such as those to one of several targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupReport {
    /// What the hammer calls it; the last may stand for many.
    pub name: String,
    /// Its hits that were started, by verdict: `scheduled` is how many have ended.
    #[serde(flatten)]
    pub hits: HitCounts,
    /// done − due of the hits that were answered.
    pub response_us: DurationSummary,
}

/// What the hits of each row have done.
#[derive(Default, PartialEq)]
pub(crate) struct GroupTallies(Vec<GroupTally>);

#[derive(Default, PartialEq)]
struct GroupTally {
    hits: HitCounts,
    /// Of answered hits; none until there is one.
    response: Option<Histogram>,
}

impl GroupTallies {
    fn entry(&mut self, group: usize) -> &mut GroupTally {
        let row = group.min(MAX_GROUPS - 1);
        if self.0.len() <= row {
            self.0.resize_with(row + 1, GroupTally::default);
        }
        &mut self.0[row]
    }

    /// Counts a hit; an answered one has its `response`.
    pub(crate) fn count(&mut self, group: usize, result: HitResult, response: Option<Duration>) {
        let row = self.entry(group);
        row.hits.scheduled += 1;
        row.hits.count(result);
        if let Some(response) = response {
            row.response
                .get_or_insert_with(Histogram::new)
                .record(response);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (index, theirs) in other.0.iter().enumerate() {
            let row = self.entry(index);
            row.hits += theirs.hits;
            if let Some(response) = &theirs.response {
                row.response
                    .get_or_insert_with(Histogram::new)
                    .merge(response);
            }
        }
    }

    /// Forgets everything, and keeps its memory.
    pub(crate) fn clear(&mut self) {
        for row in &mut self.0 {
            row.hits = HitCounts::default();
            row.response.iter_mut().for_each(Histogram::clear);
        }
    }

    /// One for each of `names`, as far as there is room.
    pub(crate) fn report(&self, names: &[String]) -> Vec<GroupReport> {
        let nothing = GroupTally::default();
        let shown = names.iter().take(MAX_GROUPS).enumerate();
        let rows = shown.map(|(index, name)| {
            let row = self.0.get(index).unwrap_or(&nothing);
            let together = names.len() - index;
            GroupReport {
                name: if index + 1 == MAX_GROUPS && together > 1 {
                    format!("{together} others")
                } else {
                    name.clone()
                },
                hits: row.hits,
                response_us: row
                    .response
                    .as_ref()
                    .map(DurationSummary::from)
                    .unwrap_or_default(),
            }
        });
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_bounded_and_lose_no_hit() {
        let mut rows = GroupTallies::default();
        for row in 0..MAX_GROUPS + 10 {
            rows.count(row, HitResult::Ok, Some(Duration::from_millis(1)));
        }
        rows.count(0, HitResult::Failed, None);
        let mut merged = GroupTallies::default();
        merged.merge(&rows);
        let names: Vec<String> = (0..MAX_GROUPS + 10)
            .map(|n| format!("target {n}"))
            .collect();
        let report = merged.report(&names);
        assert_eq!(report.len(), MAX_GROUPS);
        assert_eq!((report[0].hits.ok, report[0].hits.failed), (1, 1));
        assert_eq!(report[0].response_us.count, 1);
        let last = &report[MAX_GROUPS - 1];
        assert_eq!((last.name.as_str(), last.hits.ok), ("11 others", 11));
        rows.clear();
        assert_eq!(rows.report(&names[..1])[0].hits, HitCounts::default());
    }
}
