//! The part of a run that charts show, in cells of equal length.

use hammer_stats::TimeBucket;

use super::axis_labels::LABEL_COLUMNS;
use super::chart_cell::ChartCell;
use crate::live::live_load::LiveLoad;
use crate::run_view::second_column::SecondColumn;
use crate::run_view::second_history::SecondHistory;
use crate::screen::screen_settings::ScreenSettings;

/// The shortest time axis of a chart of the whole run, in seconds, unless the run is shorter.
const LEAST_SPAN: u64 = 30;

/// The seconds that a time axis shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AxisSpan {
    /// The last seconds; `None` is the whole run.
    zoom: Option<u64>,
    /// The shortest axis of a whole run.
    least: u64,
}

impl AxisSpan {
    /// The axis of a load. While a run is young, it has room for the seconds that follow.
    pub(crate) fn of(load: &LiveLoad, settings: &ScreenSettings) -> Self {
        let length = load.length.map_or(LEAST_SPAN, |length| {
            length.as_millis().div_ceil(1_000) as u64
        });
        Self {
            zoom: settings.zoom,
            least: length.clamp(1, LEAST_SPAN),
        }
    }
}

/// The part of a run that charts show, in cells of equal length. The last cell is the present.
///
/// Several seconds fold into a cell, or a second stretches over several cells. Cells keep their
/// seconds while the axis moves, so that a chart does not flicker:
///
/// ```text
/// 4 s in 2 cells:   |0 1|2 3|   one second later:   |2 3|4  |
/// ```
#[derive(Debug)]
pub(crate) struct ChartWindow {
    /// From the oldest; `None` before the start of the load.
    pub(crate) cells: Vec<Option<ChartCell>>,
    /// The length of the axis, in seconds.
    pub(crate) span: u64,
    /// The index of the first cell, counted from the start of the load.
    first: i64,
}

impl ChartWindow {
    /// Makes a window for a chart that is `columns` wide with its labels.
    pub(crate) fn in_chart(history: &SecondHistory, span: AxisSpan, columns: u16) -> Self {
        let cells = columns.saturating_sub(LABEL_COLUMNS);
        Self::new(history, span, cells.into())
    }

    /// Makes a window of `width` cells.
    pub(crate) fn new(history: &SecondHistory, span: AxisSpan, width: usize) -> Self {
        let width = width.max(1) as u64;
        let end = history.end();
        let seconds = || history.columns(span.zoom);
        let span = span.zoom.unwrap_or(end.max(span.least)).max(1);
        let cell_at = |second: u64| (second * width / span) as i64;
        let covered = |bucket: &TimeBucket<SecondColumn>| {
            let first = cell_at(bucket.start);
            first..=first.max(cell_at(end_of(bucket)) - 1)
        };
        let last = seconds()
            .next_back()
            .map_or(-1, |last| *covered(last).end());
        let first = last + 1 - width as i64;
        let mut columns = vec![vec![]; width as usize];
        for bucket in seconds() {
            for cell in covered(bucket) {
                let index = usize::try_from(cell - first);
                if let Some(columns) = index.ok().and_then(|index| columns.get_mut(index)) {
                    columns.push((bucket.seconds, &bucket.value));
                }
            }
        }
        let cells = columns.iter();
        Self {
            cells: cells
                .map(|columns| ChartCell::fold(columns.iter().copied()))
                .collect(),
            span,
            first,
        }
    }

    /// Says that no cell has an answer.
    pub(crate) fn empty_text(&self) -> &'static str {
        match self.is_before(0) {
            true => "no hit was answered in this time",
            false => "no hit has been answered yet",
        }
    }

    /// Returns true for a second of the load before the window.
    pub(crate) fn is_before(&self, second: u64) -> bool {
        self.cell_of(second) < self.first
    }

    /// The index of the cell that shows a second of the load, if it is in the window.
    pub(crate) fn index_of(&self, second: u64) -> Option<usize> {
        let index = usize::try_from(self.cell_of(second) - self.first).ok()?;
        (index < self.cells.len()).then_some(index)
    }

    fn cell_of(&self, second: u64) -> i64 {
        (second.saturating_mul(self.cells.len() as u64) / self.span) as i64
    }
}

fn end_of(bucket: &TimeBucket<SecondColumn>) -> u64 {
    bucket.start + bucket.seconds
}
