//! The charts of a load.

mod curve_chart;
mod heat_chart;
mod lateness_chart;
mod percentile_series;
mod percentiles_chart;
mod rate_chart;

use hammer_core::Report;
use hammer_stats::{ConfidenceBlocks, ConfidenceError};

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
    /// The response of the slices in blocks, or the reason why percentiles have no confidence.
    pub(crate) response_blocks: Result<ConfidenceBlocks, ConfidenceError>,
    /// The service of the slices in blocks.
    pub(crate) service_blocks: Result<ConfidenceBlocks, ConfidenceError>,
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
        Self {
            report,
            suffix: match index {
                0 => String::new(),
                index => format!("-{}", index + 1),
            },
            slices: run_slices(report, detail.max_points),
            max_columns: detail.max_columns,
            response_blocks: report.response_blocks(),
            service_blocks: report.service_blocks(),
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
            name: format!("{}: {}", index + 1, stage.stage),
        };
        stages.enumerate().map(mark).collect()
    }
}
