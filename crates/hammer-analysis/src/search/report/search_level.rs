//! The looks at one rate.

use super::look_report::LookReport;
use super::search_report::SearchReport;
use crate::search::look::LookOutcome;

/// The looks at one rate.
#[derive(Debug, Clone)]
pub struct SearchLevel<'a> {
    /// The rate, in hits per second.
    pub rate: f64,
    /// The looks at it, in the order in which they were made; never empty.
    looks: Vec<&'a LookReport>,
}

impl<'a> SearchLevel<'a> {
    /// The looks, in the order in which they were made.
    #[must_use]
    pub fn looks(&self) -> &[&'a LookReport] {
        &self.looks
    }

    /// The number of looks with this outcome.
    #[must_use]
    pub fn count(&self, outcome: LookOutcome) -> usize {
        let looks = self.looks.iter();
        looks.filter(|look| look.outcome == outcome).count()
    }

    /// The look whose figures stand for the level: the longest that was not void, and of equally long ones
    /// the last.
    #[must_use]
    pub fn main_look(&self) -> Option<&'a LookReport> {
        let looks = self.looks.iter().copied();
        looks.max_by(|one, other| {
            let is_judged = |look: &LookReport| look.outcome != LookOutcome::Void;
            let by_length = one.duration_s.total_cmp(&other.duration_s);
            is_judged(one).cmp(&is_judged(other)).then(by_length)
        })
    }
}

impl SearchReport {
    /// The looks of the search by their rate, from the lowest.
    #[must_use]
    pub fn levels(&self) -> Vec<SearchLevel<'_>> {
        let mut looks: Vec<&LookReport> = self.looks.iter().collect();
        looks.sort_by(|one, other| one.rate.total_cmp(&other.rate));
        let levels = looks.chunk_by(|one, other| one.rate == other.rate);
        let levels = levels.map(|looks| SearchLevel {
            rate: looks.first().map_or(0.0, |look| look.rate),
            looks: looks.to_vec(),
        });
        levels.collect()
    }
}
