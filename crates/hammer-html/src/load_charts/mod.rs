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
use crate::confidence_blocks::confidence_blocks;
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
    /// The slices in blocks, or the reason why percentiles have no confidence.
    pub(crate) blocks: Result<ConfidenceBlocks, ConfidenceError>,
}

/// The largest number of points of a line, which is at most 530 units long.
const MAX_POINTS: usize = 300;
/// The largest number of columns of a heat map.
const MAX_COLUMNS: usize = 200;

impl<'a> ChartedLoad<'a> {
    /// Prepares the charts of the load with this index, from 0, of `loads`, which share the room.
    pub(crate) fn new(report: &'a Report, index: usize, loads: usize) -> Self {
        let room = |most: usize| (most / loads.max(1)).max(40);
        Self {
            report,
            suffix: match index {
                0 => String::new(),
                index => format!("-{}", index + 1),
            },
            slices: run_slices(report, room(MAX_POINTS)),
            max_columns: room(MAX_COLUMNS),
            blocks: confidence_blocks(report),
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
