use std::time::Duration;

use hammer_stats::{Histogram, Snapshot};
use serde::{Deserialize, Serialize};

use crate::interval::Interval;
use crate::stage_tally::{StageTallies, Times};
use crate::{Achieved, Hits, Shape, Summary};

/// One stage of a shape that has several: the hits that were due in it, whenever they ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StageReport {
    /// Its expression: `100..1000/5m`.
    pub stage: String,
    /// When it begins, in seconds from the start.
    pub t_s: f64,
    /// How many seconds of it were run.
    pub width_s: f64,
    /// Every hit that was due in it, by its verdict.
    #[serde(flatten)]
    pub hits: Hits,
    /// What was asked for over its width, and what was started of it.
    pub rate: Achieved,
    /// done − due of the hits that were answered.
    pub response_us: Summary,
    /// done − started of the hits that were answered.
    pub service_us: Summary,
    /// The histograms of both; none in a report that was read from JSON.
    #[serde(skip)]
    pub(crate) measured: Option<(Snapshot, Snapshot)>,
}

impl StageReport {
    /// What was measured in the stage: hits, response and service, and nothing else; none in a
    /// report that was read from JSON.
    #[must_use]
    pub fn interval(&self) -> Option<Box<Interval>> {
        let (response, service) = self.measured.as_ref()?;
        let mut interval = Interval::new();
        interval.hits = self.hits;
        interval.response = response.histogram().ok()?;
        interval.service = service.histogram().ok()?;
        Some(interval)
    }
}

/// All stages since the start. Those that have passed are kept small.
#[derive(Default)]
pub(crate) struct StageTotals(Vec<StageTotal>);

#[derive(Default)]
struct StageTotal {
    hits: Hits,
    started: u64,
    times: Kept,
}

#[derive(Default)]
enum Kept {
    #[default]
    Nothing,
    Open(Box<Times>),
    Small(Snapshot, Snapshot),
}

impl Kept {
    fn add(&mut self, times: &Times) {
        let mut sum = self.open();
        sum.response.merge(&times.response);
        sum.service.merge(&times.service);
        *self = Self::Open(sum);
    }

    fn open(&mut self) -> Box<Times> {
        let read = |snapshot: Snapshot| -> Histogram { snapshot.histogram().unwrap_or_default() };
        match std::mem::take(self) {
            Self::Nothing => Box::new(Times::new()),
            Self::Open(times) => times,
            Self::Small(response, service) => Box::new(Times {
                response: read(response),
                service: read(service),
            }),
        }
    }

    fn shrink(&mut self) {
        let Self::Open(times) = self else { return };
        let taken = (
            Snapshot::take(&times.response),
            Snapshot::take(&times.service),
        );
        if let (Ok(response), Ok(service)) = taken {
            *self = Self::Small(response, service);
        }
    }
}

impl StageTotals {
    /// Adds what was told since the last second.
    pub(crate) fn add(&mut self, tallies: &StageTallies) {
        for row in &tallies.rows {
            if self.0.len() <= row.stage {
                self.0.resize_with(row.stage + 1, StageTotal::default);
            }
            let total = &mut self.0[row.stage];
            total.hits += row.hits;
            total.started += row.started;
            if let Some(times) = &row.times {
                total.times.add(times);
            }
        }
        let current = tallies.rows.iter().map(|row| row.stage);
        let Some(first) = current.min() else { return };
        self.0[..first]
            .iter_mut()
            .for_each(|row| row.times.shrink());
    }

    /// A row for each stage of `shape` that was begun within `ran`; none where there is only one.
    pub(crate) fn report(&mut self, shape: &Shape, ran: Duration) -> Vec<StageReport> {
        let stages = shape.stages();
        if stages.len() < 2 {
            return vec![];
        }
        self.0.resize_with(stages.len(), StageTotal::default);
        let rows = stages.iter().zip(&mut self.0);
        rows.filter(|(stage, total)| stage.start() < ran || total.hits.scheduled > 0)
            .map(|(stage, total)| {
                let end = stage.length().map_or(ran, |length| stage.start() + length);
                let end = end.min(ran).max(stage.start());
                let width_s = (end - stage.start()).as_secs_f64();
                let asked = shape.integral(end) - shape.integral(stage.start());
                let per_second = |hits: f64| if width_s > 0.0 { hits / width_s } else { 0.0 };
                let times = total.times.open();
                StageReport {
                    stage: stage.to_string(),
                    t_s: stage.start().as_secs_f64(),
                    width_s,
                    hits: total.hits,
                    rate: Achieved {
                        requested: Some(per_second(asked.as_f64())),
                        achieved: per_second(total.started as f64),
                    },
                    response_us: Summary::from(&times.response),
                    service_us: Summary::from(&times.service),
                    measured: Snapshot::take(&times.response)
                        .ok()
                        .zip(Snapshot::take(&times.service).ok()),
                }
            })
            .collect()
    }
}
