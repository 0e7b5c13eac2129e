use std::time::Duration;

use hammer_stats::Histogram;

use crate::{HitVerdict, Hits};

/// What the hits have done that were due in one stage.
#[derive(PartialEq)]
pub(crate) struct StageTally {
    pub(crate) stage: usize,
    pub(crate) hits: Hits,
    pub(crate) started: u64,
    /// Of answered hits; none until there is one.
    pub(crate) times: Option<Times>,
}

/// How long hits of a stage took.
#[derive(PartialEq)]
pub(crate) struct Times {
    pub(crate) response: Histogram,
    pub(crate) service: Histogram,
}

impl Times {
    pub(crate) fn new() -> Self {
        Self {
            response: Histogram::new(),
            service: Histogram::new(),
        }
    }
}

/// The stages whose hits did something since the last swap: mostly one, seldom more than two,
/// however many stages there are.
#[derive(Default, PartialEq)]
pub(crate) struct StageTallies {
    pub(crate) rows: Vec<StageTally>,
    spare: Vec<Times>,
}

/// Histograms that are kept for later when a row is cleared.
const SPARE: usize = 2;

impl StageTallies {
    pub(crate) fn of(&mut self, stage: usize) -> &mut StageTally {
        let known = self.rows.iter().rposition(|row| row.stage == stage);
        let index = known.unwrap_or_else(|| {
            self.rows.push(StageTally {
                stage,
                hits: Hits::default(),
                started: 0,
                times: None,
            });
            self.rows.len() - 1
        });
        &mut self.rows[index]
    }

    /// Counts a hit that was answered.
    pub(crate) fn answer(
        &mut self,
        stage: usize,
        verdict: HitVerdict,
        response: Duration,
        service: Duration,
    ) {
        let spare = self.spare.pop();
        let row = self.of(stage);
        row.hits.count(verdict);
        let (times, spare) = match row.times.take() {
            Some(times) => (times, spare),
            None => (spare.unwrap_or_else(Times::new), None),
        };
        let times = row.times.insert(times);
        times.response.record(response);
        times.service.record(service);
        self.spare.extend(spare);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for theirs in &other.rows {
            let row = self.of(theirs.stage);
            row.hits += theirs.hits;
            row.started += theirs.started;
            if let Some(theirs) = &theirs.times {
                let times = row.times.get_or_insert_with(Times::new);
                times.response.merge(&theirs.response);
                times.service.merge(&theirs.service);
            }
        }
    }

    /// Forgets everything, and keeps a little of its memory.
    pub(crate) fn clear(&mut self) {
        for row in self.rows.drain(..) {
            if let Some(mut times) = row.times.filter(|_| self.spare.len() < SPARE) {
                times.response.clear();
                times.service.clear();
                self.spare.push(times);
            }
        }
    }
}
