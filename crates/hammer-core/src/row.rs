use std::time::Duration;

use hammer_stats::Histogram;
use serde::{Deserialize, Serialize};

use crate::{HitVerdict, Hits, Summary};

/// Rows beyond this many are counted together, as the last: a row holds a histogram in each
/// worker.
const MOST_ROWS: usize = 50;

/// The hits that a hammer counted as one kind, such as those to one of several targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowReport {
    /// What the hammer calls it; the last may stand for many.
    pub name: String,
    /// Its hits that were started, by verdict: `scheduled` is how many have ended.
    #[serde(flatten)]
    pub hits: Hits,
    /// done − due of the hits that were answered.
    pub response_us: Summary,
}

/// What the hits of each row have done.
#[derive(Default, PartialEq)]
pub(crate) struct Rows(Vec<Row>);

#[derive(Default, PartialEq)]
struct Row {
    hits: Hits,
    /// Of answered hits; none until there is one.
    response: Option<Histogram>,
}

impl Rows {
    fn of(&mut self, row: usize) -> &mut Row {
        let row = row.min(MOST_ROWS - 1);
        if self.0.len() <= row {
            self.0.resize_with(row + 1, Row::default);
        }
        &mut self.0[row]
    }

    /// Counts a hit; an answered one has its `response`.
    pub(crate) fn count(&mut self, row: usize, verdict: HitVerdict, response: Option<Duration>) {
        let row = self.of(row);
        row.hits.scheduled += 1;
        row.hits.count(verdict);
        if let Some(response) = response {
            row.response
                .get_or_insert_with(Histogram::new)
                .record(response);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (index, theirs) in other.0.iter().enumerate() {
            let row = self.of(index);
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
            row.hits = Hits::default();
            row.response.iter_mut().for_each(Histogram::clear);
        }
    }

    /// One for each of `names`, as far as there is room.
    pub(crate) fn report(&self, names: &[String]) -> Vec<RowReport> {
        let nothing = Row::default();
        let shown = names.iter().take(MOST_ROWS).enumerate();
        let rows = shown.map(|(index, name)| {
            let row = self.0.get(index).unwrap_or(&nothing);
            let together = names.len() - index;
            RowReport {
                name: if index + 1 == MOST_ROWS && together > 1 {
                    format!("{together} others")
                } else {
                    name.clone()
                },
                hits: row.hits,
                response_us: row.response.as_ref().map(Summary::from).unwrap_or_default(),
            }
        });
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_bounded_and_lose_no_hit() {
        let mut rows = Rows::default();
        for row in 0..MOST_ROWS + 10 {
            rows.count(row, HitVerdict::Ok, Some(Duration::from_millis(1)));
        }
        rows.count(0, HitVerdict::Failed, None);
        let mut merged = Rows::default();
        merged.merge(&rows);
        let names: Vec<String> = (0..MOST_ROWS + 10).map(|n| format!("target {n}")).collect();
        let report = merged.report(&names);
        assert_eq!(report.len(), MOST_ROWS);
        assert_eq!((report[0].hits.ok, report[0].hits.failed), (1, 1));
        assert_eq!(report[0].response_us.count, 1);
        let last = &report[MOST_ROWS - 1];
        assert_eq!((last.name.as_str(), last.hits.ok), ("11 others", 11));
        rows.clear();
        assert_eq!(rows.report(&names[..1])[0].hits, Hits::default());
    }
}
