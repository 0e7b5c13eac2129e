//! Hits of an interval by stage.

use std::time::Duration;

use hammer_stats::Histogram;

use crate::report::hit_counts::{HitCounts, HitResult};

/// The hits that were due in one stage.
#[derive(PartialEq)]
pub(crate) struct StageTally {
    pub(crate) stage: usize,
    pub(crate) hits: HitCounts,
    pub(crate) started: u64,
    /// Response and service of answered hits; `None` before the first.
    pub(crate) times: Option<StageHistograms>,
}

/// Response and service of the answered hits of a stage.
#[derive(PartialEq)]
pub(crate) struct StageHistograms {
    pub(crate) response: Histogram,
    pub(crate) service: Histogram,
}

impl StageHistograms {
    pub(crate) fn new() -> Self {
        Self {
            response: Histogram::new(),
            service: Histogram::new(),
        }
    }
}

/// The stages with activity since the last swap. Usually one, rarely more than two.
#[derive(Default, PartialEq)]
pub(crate) struct StageTallies {
    pub(crate) tallies: Vec<StageTally>,
    spare: Vec<StageHistograms>,
}

/// The number of histogram pairs kept for reuse when tallies are cleared.
const MAX_SPARE_TIMES: usize = 2;

impl StageTallies {
    pub(crate) fn entry(&mut self, stage: usize) -> &mut StageTally {
        let known = self.tallies.iter().rposition(|tally| tally.stage == stage);
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

    /// Counts an answered hit.
    pub(crate) fn record_answer(
        &mut self,
        stage: usize,
        result: HitResult,
        response: Duration,
        service: Duration,
    ) {
        let spare = self.spare.pop();
        let tally = self.entry(stage);
        tally.hits.count(result);
        let (times, spare) = match tally.times.take() {
            Some(times) => (times, spare),
            None => (spare.unwrap_or_else(StageHistograms::new), None),
        };
        let times = tally.times.insert(times);
        times.response.record(response);
        times.service.record(service);
        self.spare.extend(spare);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for other_tally in &other.tallies {
            let tally = self.entry(other_tally.stage);
            tally.hits += other_tally.hits;
            tally.started += other_tally.started;
            if let Some(other_times) = &other_tally.times {
                let times = tally.times.get_or_insert_with(StageHistograms::new);
                times.response.merge(&other_times.response);
                times.service.merge(&other_times.service);
            }
        }
    }

    /// Removes all tallies and keeps some memory.
    pub(crate) fn clear(&mut self) {
        for tally in self.tallies.drain(..) {
            if let Some(mut times) = tally.times.filter(|_| self.spare.len() < MAX_SPARE_TIMES) {
                times.response.clear();
                times.service.clear();
                self.spare.push(times);
            }
        }
    }
}
