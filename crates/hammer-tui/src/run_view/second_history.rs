//! The seconds of a load, for charts.

use std::collections::VecDeque;

use hammer_stats::{TimeBucket, TimeSeries};

use super::second_column::SecondColumn;

/// Columns of the whole run that are kept.
const MOST_COLUMNS: usize = 600;

/// The last seconds that are kept one by one: a zoom of 900 seconds, and what a cell of its axis can
/// reach beyond it.
const RECENT_SECONDS: u64 = 960;

/// The seconds of a load in bounded memory, for charts: the whole run, in which neighbors are merged once
/// it is long, and the last 15 minutes second by second.
#[derive(Debug, Clone)]
pub(crate) struct SecondHistory {
    whole: TimeSeries<SecondColumn>,
    /// The last seconds, the oldest first. A tick after a stall is one column of several seconds.
    recent: VecDeque<TimeBucket<SecondColumn>>,
}

impl SecondHistory {
    pub(crate) fn new() -> Self {
        Self {
            whole: TimeSeries::new(MOST_COLUMNS),
            recent: VecDeque::new(),
        }
    }

    /// Adds the column of the next `seconds` seconds.
    pub(crate) fn push(&mut self, seconds: u64, column: SecondColumn) {
        let start = self.end();
        self.whole.push(seconds, column.clone());
        self.recent.push_back(TimeBucket {
            start,
            seconds,
            value: column,
        });
        let first = (start + seconds).saturating_sub(RECENT_SECONDS);
        while (self.recent.front()).is_some_and(|oldest| oldest.start + oldest.seconds <= first) {
            self.recent.pop_front();
        }
    }

    /// The end of the last column, in seconds after the start of the load.
    pub(crate) fn end(&self) -> u64 {
        let last = self.recent.back();
        last.map_or(0, |last| last.start + last.seconds)
    }

    /// The columns for a chart of the last `span` seconds, or of the whole run. They are seconds if the
    /// history has all of them, and can begin before the span.
    pub(crate) fn columns(
        &self,
        span: Option<u64>,
    ) -> impl DoubleEndedIterator<Item = &TimeBucket<SecondColumn>> {
        let start = span.map_or(0, |span| self.end().saturating_sub(span));
        let oldest = self.recent.front().map_or(0, |oldest| oldest.start);
        let (recent, whole) = match oldest <= start {
            true => (Some(self.recent.iter()), None),
            false => (None, Some(self.whole.iter())),
        };
        recent
            .into_iter()
            .flatten()
            .chain(whole.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour() -> SecondHistory {
        let mut history = SecondHistory::new();
        for second in 0..3_600 {
            let column = SecondColumn {
                started: second,
                ..SecondColumn::empty()
            };
            history.push(1, column);
        }
        history
    }

    /// A zoom in a long run showed seconds that had been merged to eight.
    #[test]
    fn a_zoom_in_a_long_run_shows_seconds_as_they_were() {
        let history = hour();
        for span in [30, 300, 900] {
            let columns: Vec<_> = history.columns(Some(span)).collect();
            assert!(columns.iter().all(|column| column.seconds == 1), "{span} s");
            let last = &columns[columns.len() - span as usize..];
            for (column, second) in last.iter().zip(3_600 - span..) {
                assert_eq!((column.start, column.value.started), (second, second));
            }
        }
        for whole in [None, Some(1_800), Some(3_600)] {
            let columns: Vec<_> = history.columns(whole).collect();
            assert!(columns.len() <= 600, "{}", columns.len());
            let hits: u64 = columns.iter().map(|column| column.value.started).sum();
            assert_eq!(hits, (0..3_600).sum::<u64>());
        }
    }

    #[test]
    fn the_memory_for_an_hour_is_bounded() {
        let history = hour();
        assert_eq!(history.recent.len() as u64, RECENT_SECONDS);
        assert!(history.whole.iter().count() <= MOST_COLUMNS);
    }
}
