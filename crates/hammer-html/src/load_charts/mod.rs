//! The charts of a load.

mod curve_chart;
mod heat_chart;
mod lateness_chart;
mod percentile_series;
mod percentiles_chart;
mod rate_chart;

use hammer_core::Report;
use hammer_diagnostic::printable;
use hammer_stats::ConfidenceBlocks;

use crate::chart::{StageMark, TimeSpan};
use crate::run_slices::{RunSlice, run_slices};

pub(crate) use curve_chart::{curve, curve_chart, curve_places};
pub(crate) use heat_chart::heat_chart;
pub(crate) use lateness_chart::lateness_chart;
pub(crate) use percentile_series::{SlicePercentiles, positive_range};
pub(crate) use percentiles_chart::percentiles_chart;
pub(crate) use rate_chart::rate_chart;

/// A load and what its charts have room for.
pub(crate) struct ChartedLoad<'a> {
    pub(crate) report: &'a Report,
    /// The end of the ids of its charts, such as `-2`; empty for the first load.
    pub(crate) suffix: String,
    /// Slices for lines.
    pub(crate) slices: Vec<RunSlice>,
    /// The largest number of columns of a heat map.
    pub(crate) max_columns: usize,
    /// True if the run has fewer slices than when its confidence was computed, as in a page.
    pub(crate) has_merged_slices: bool,
    /// The response of the slices in blocks; `None` if there are too few, or if they are merged, because
    /// the confidence would differ from that of the run.
    pub(crate) response_blocks: Option<ConfidenceBlocks>,
    /// The service of the slices in blocks, or `None` likewise.
    pub(crate) service_blocks: Option<ConfidenceBlocks>,
}

/// The number of points that a chart has at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChartDetail {
    /// Points of a line, which is at most 530 units long.
    max_points: usize,
    /// Columns of a heat map.
    max_columns: usize,
}

impl ChartDetail {
    /// As fine as a screen shows.
    pub(crate) const FINE: Self = Self {
        max_points: 300,
        max_columns: 200,
    };
    /// For runs whose own size leaves little room.
    pub(crate) const COARSE: Self = Self {
        max_points: 150,
        max_columns: 100,
    };
    /// For runs with many parts.
    pub(crate) const COARSEST: Self = Self {
        max_points: 100,
        max_columns: 70,
    };

    /// The detail if several loads share the room.
    pub(crate) fn shared_by(self, loads: usize) -> Self {
        let room = |most: usize| (most / loads.max(1)).max(40);
        Self {
            max_points: room(self.max_points),
            max_columns: room(self.max_columns),
        }
    }
}

impl<'a> ChartedLoad<'a> {
    /// Prepares the charts of the load with this index, from 0.
    pub(crate) fn new(report: &'a Report, index: usize, detail: ChartDetail) -> Self {
        let has_merged_slices = has_merged_slices(report);
        let whole = Some(report).filter(|_| !has_merged_slices);
        Self {
            report,
            suffix: match index {
                0 => String::new(),
                index => format!("-{}", index + 1),
            },
            slices: run_slices(report, detail.max_points),
            max_columns: detail.max_columns,
            has_merged_slices,
            response_blocks: whole.and_then(|report| report.response_blocks().ok()),
            service_blocks: whole.and_then(|report| report.service_blocks().ok()),
        }
    }

    /// The id of the chart with this name.
    pub(crate) fn chart_id(&self, name: &str) -> String {
        format!("chart-{name}{}", self.suffix)
    }

    /// The end of the axes of time, in seconds.
    pub(crate) fn end_s(&self) -> f64 {
        let last = self.slices.last().map_or(0.0, |slice| slice.span.end());
        last.max(self.report.elapsed_s)
    }

    pub(crate) fn spans(&self) -> Vec<TimeSpan> {
        self.slices.iter().map(|slice| slice.span).collect()
    }

    pub(crate) fn stage_marks(&self) -> Vec<StageMark> {
        let stages = self.report.stages.iter();
        let mark = |(index, stage): (usize, &hammer_core::StageReport)| StageMark {
            span: TimeSpan {
                start_s: stage.t_s,
                width_s: stage.width_s,
            },
            name: format!("{}: {}", index + 1, printable(&stage.stage)),
        };
        stages.enumerate().map(mark).collect()
    }
}

fn has_merged_slices(report: &Report) -> bool {
    let answered = report.timeline.iter();
    let answered = answered.filter(|slice| slice.response_us.count > 0).count() as u64;
    let computed = report.response_us.ci95;
    computed.is_some_and(|computed| answered < computed.slices)
}
