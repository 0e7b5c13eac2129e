use std::time::Duration;

use hammer_stats::Histogram;

use crate::{HitCounts, HitResult};

/// What the hits have done that were due in one stage.
#[derive(PartialEq)]
pub(crate) struct StageTally {
    pub(crate) stage: usize,
    pub(crate) hits: HitCounts,
    pub(crate) started: u64,
    /// Of answered hits; none until there is one.
    pub(crate) times: Option<StageTimes>,
}

/// How long hits of a stage took.
#[derive(PartialEq)]
pub(crate) struct StageTimes {
    pub(crate) response: Histogram,
    pub(crate) service: Histogram,
}

impl StageTimes {
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
    pub(crate) tallies: Vec<StageTally>,
    spare: Vec<StageTimes>,
}

/// Histograms that are kept for later when a row is cleared.
const MAX_SPARE_TIMES: usize = 2;

impl StageTallies {
    pub(crate) fn entry(&mut self, stage: usize) -> &mut StageTally {
        let known = self.tallies.iter().rposition(|row| row.stage == stage);
        let index = known.unwrap_or_else(|| {
            self.tallies.push(StageTally {
                stage,
                hits: HitCounts::default(),
                started: 0,
                times: None,
            });
            self.tallies.len() - 1
        });
        &mut self.tallies[index]
    }

    /// Counts a hit that was answered.
    pub(crate) fn record_answer(
        &mut self,
        stage: usize,
        result: HitResult,
        response: Duration,
        service: Duration,
    ) {
        let spare = self.spare.pop();
        let row = self.entry(stage);
        row.hits.count(result);
        let (times, spare) = match row.times.take() {
            Some(times) => (times, spare),
            None => (spare.unwrap_or_else(StageTimes::new), None),
        };
        let times = row.times.insert(times);
        times.response.record(response);
        times.service.record(service);
        self.spare.extend(spare);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for theirs in &other.tallies {
            let row = self.entry(theirs.stage);
            row.hits += theirs.hits;
            row.started += theirs.started;
            if let Some(theirs) = &theirs.times {
                let times = row.times.get_or_insert_with(StageTimes::new);
                times.response.merge(&theirs.response);
                times.service.merge(&theirs.service);
            }
        }
    }

    /// Forgets everything, and keeps a little of its memory.
    pub(crate) fn clear(&mut self) {
        for row in self.tallies.drain(..) {
            if let Some(mut times) = row.times.filter(|_| self.spare.len() < MAX_SPARE_TIMES) {
                times.response.clear();
                times.service.clear();
                self.spare.push(times);
            }
        }
    }
}
