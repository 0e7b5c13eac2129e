//! Results by stage.

use std::time::Duration;

use hammer_stats::{Histogram, HistogramSnapshot, HistogramSnapshotError};
use serde::{Deserialize, Serialize};

use crate::report::duration_summary::DurationSummary;
use crate::report::hit_counts::HitCounts;
use crate::report::interval_stats::IntervalStats;
use crate::report::rate_summary::RateSummary;
use crate::report::stage_tally::{StageHistograms, StageTallies};
use crate::schedule::shape::Shape;

/// The results of one of several stages: those of the hits that were due in it, whenever they
/// ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StageReport {
    /// The stage as an expression, such as `100..1000/5m`.
    pub stage: String,
    /// The start of the stage, in seconds from the start of the run.
    pub t_s: f64,
    /// The length of the part of the stage that was run, in seconds.
    pub width_s: f64,
    /// Its hits by result.
    #[serde(flatten)]
    pub hits: HitCounts,
    /// The requested and the achieved rate.
    pub rate: RateSummary,
    /// done − due of the hits that were answered.
    pub response_us: DurationSummary,
    /// done − started of the hits that were answered.
    pub service_us: DurationSummary,
    /// The histograms of response and service, or `None` in a report read from JSON.
    #[serde(skip)]
    pub(crate) measured: Option<StageHistogramSnapshots>,
}

/// The histograms of a stage, in few bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StageHistogramSnapshots {
    pub(crate) response: HistogramSnapshot,
    pub(crate) service: HistogramSnapshot,
}

impl StageHistogramSnapshots {
    /// Encodes histograms.
    pub(crate) fn take(times: &StageHistograms) -> Result<Self, HistogramSnapshotError> {
        Ok(Self {
            response: HistogramSnapshot::take(&times.response)?,
            service: HistogramSnapshot::take(&times.service)?,
        })
    }

    /// Returns the same histograms with this many binary digits.
    pub(crate) fn coarser(&self, bits: u32) -> Result<Self, HistogramSnapshotError> {
        Ok(Self {
            response: self.response.coarser(bits)?,
            service: self.service.coarser(bits)?,
        })
    }
}

impl StageReport {
    /// The measurements of the stage, which are only hits, response and service.
    ///
    /// `None` in a report read from JSON.
    #[must_use]
    pub fn interval(&self) -> Option<Box<IntervalStats>> {
        let StageHistogramSnapshots { response, service } = self.measured.as_ref()?;
        let mut interval = IntervalStats::new();
        interval.hits = self.hits;
        interval.response = response.histogram().ok()?;
        interval.service = service.histogram().ok()?;
        Some(interval)
    }
}

/// Totals of all stages since the start. Histograms of past stages are compressed.
#[derive(Default)]
pub(crate) struct StageTotals(Vec<StageTotal>);

#[derive(Default)]
struct StageTotal {
    hits: HitCounts,
    started: u64,
    times: StoredStageHistograms,
}

#[derive(Default)]
enum StoredStageHistograms {
    #[default]
    Empty,
    Expanded(Box<StageHistograms>),
    Compressed(StageHistogramSnapshots),
}

impl StoredStageHistograms {
    fn add(&mut self, times: &StageHistograms) {
        let mut sum = self.expand();
        sum.response.merge(&times.response);
        sum.service.merge(&times.service);
        *self = Self::Expanded(sum);
    }

    fn expand(&mut self) -> Box<StageHistograms> {
        let read =
            |snapshot: HistogramSnapshot| -> Histogram { snapshot.histogram().unwrap_or_default() };
        match std::mem::take(self) {
            Self::Empty => Box::new(StageHistograms::new()),
            Self::Expanded(times) => times,
            Self::Compressed(times) => Box::new(StageHistograms {
                response: read(times.response),
                service: read(times.service),
            }),
        }
    }

    fn compress(&mut self) {
        let Self::Expanded(times) = self else { return };
        if let Ok(snapshots) = StageHistogramSnapshots::take(times) {
            *self = Self::Compressed(snapshots);
        }
    }
}

impl StageTotals {
    /// Adds the tallies of the last second.
    pub(crate) fn add(&mut self, tallies: &StageTallies) {
        for tally in &tallies.tallies {
            if self.0.len() <= tally.stage {
                self.0.resize_with(tally.stage + 1, StageTotal::default);
            }
            let total = &mut self.0[tally.stage];
            total.hits += tally.hits;
            total.started += tally.started;
            if let Some(times) = &tally.times {
                total.times.add(times);
            }
        }
        let current = tallies.tallies.iter().map(|tally| tally.stage);
        let Some(first) = current.min() else { return };
        self.0[..first]
            .iter_mut()
            .for_each(|total| total.times.compress());
    }

    /// The measurements of the stage with this index.
    pub(crate) fn interval(&self, index: usize) -> Box<IntervalStats> {
        let mut interval = IntervalStats::new();
        let Some(total) = self.0.get(index) else {
            return interval;
        };
        (interval.hits, interval.started) = (total.hits, total.started);
        match &total.times {
            StoredStageHistograms::Empty => {}
            StoredStageHistograms::Expanded(times) => {
                interval.response.merge(&times.response);
                interval.service.merge(&times.service);
            }
            StoredStageHistograms::Compressed(times) => {
                interval.response = times.response.histogram().unwrap_or_default();
                interval.service = times.service.histogram().unwrap_or_default();
            }
        }
        interval
    }

    /// Builds a report for each stage of `shape` that began within `ran`.
    ///
    /// Empty if there is only one stage.
    pub(crate) fn report(&mut self, shape: &Shape, ran: Duration) -> Vec<StageReport> {
        let stages = shape.stages();
        if stages.len() < 2 {
            return vec![];
        }
        self.0.resize_with(stages.len(), StageTotal::default);
        let totals = stages.iter().zip(&mut self.0);
        totals
            .filter(|(stage, total)| stage.start() < ran || total.hits.scheduled > 0)
            .map(|(stage, total)| {
                let end = stage
                    .duration()
                    .map_or(ran, |length| stage.start() + length);
                let end = end.min(ran).max(stage.start());
                let width_s = (end - stage.start()).as_secs_f64();
                let requested = shape.integral(end) - shape.integral(stage.start());
                let per_second = |hits: f64| if width_s > 0.0 { hits / width_s } else { 0.0 };
                let times = total.times.expand();
                StageReport {
                    stage: stage.to_string(),
                    t_s: stage.start().as_secs_f64(),
                    width_s,
                    hits: total.hits,
                    rate: RateSummary {
                        requested: Some(per_second(requested.as_f64())),
                        achieved: per_second(total.started as f64),
                    },
                    response_us: DurationSummary::from(&times.response),
                    service_us: DurationSummary::from(&times.service),
                    measured: StageHistogramSnapshots::take(&times).ok(),
                }
            })
            .collect()
    }
}
