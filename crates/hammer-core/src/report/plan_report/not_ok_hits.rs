//! The hits of a run that are not ok, with their causes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::PlanReport;

/// The hits of a run that are not ok: those that were rejected, failed, timed out, abandoned or never
/// sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotOkHits {
    /// Their number.
    pub count: u64,
    /// The number of all scheduled hits.
    pub scheduled: u64,
    /// The labels of rejected hits, the names of failures, `unsent` and `abandoned`, each with its number
    /// of hits; the most frequent first.
    pub causes: Vec<(String, u64)>,
}

impl NotOkHits {
    /// True if they are many: at least one in a hundred.
    #[must_use]
    pub fn are_many(&self) -> bool {
        self.count > 0 && self.count.saturating_mul(100) >= self.scheduled
    }

    /// The share of all scheduled hits, in percent; 0 without hits.
    #[must_use]
    pub fn percent(&self) -> f64 {
        self.count as f64 * 100.0 / self.scheduled.max(1) as f64
    }
}

impl PlanReport {
    /// The hits of all loads that are not ok.
    #[must_use]
    pub fn not_ok(&self) -> NotOkHits {
        let hits = self.hits;
        let reports = || self.loads.iter().map(|load| &load.report);
        let causes = (reports().flat_map(|report| &report.rejections))
            .chain(reports().flat_map(|report| &report.failures))
            .map(|(name, n)| (name.as_str(), *n));
        let not_ended = [("unsent", hits.unsent), ("abandoned", hits.abandoned)];
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        for (name, n) in causes.chain(not_ended).filter(|(_, n)| *n > 0) {
            let sum = sums.entry(name).or_default();
            *sum = sum.saturating_add(n);
        }
        let sums = sums.into_iter().map(|(name, n)| (name.to_owned(), n));
        let mut causes: Vec<_> = sums.collect();
        causes.sort_by_key(|(_, n)| Reverse(*n));
        NotOkHits {
            count: hits.scheduled.saturating_sub(hits.ok),
            scheduled: hits.scheduled,
            causes,
        }
    }
}
