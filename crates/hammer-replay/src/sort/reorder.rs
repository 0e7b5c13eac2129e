use hammer_core::Stop;

use super::rows::Rows;
use super::runs::Runs;
use crate::Error;

/// Where sorted rows go.
pub(crate) trait Sink {
    /// Takes the next row.
    fn row(&mut self, t_us: i64, row: &[u8]) -> Result<(), Error>;
}

/// A window over rows that are nearly in order: what has been in it long enough leaves it, sorted.
///
/// The window is bounded by memory. A row that comes when later ones have left is kept apart, and on
/// disk if there are many, to be merged in the end.
#[derive(Debug)]
pub(crate) struct Reorder {
    window: Rows,
    most_bytes: usize,
    /// The last that left.
    front: Option<(i64, u64)>,
    late: Runs,
}

impl Reorder {
    /// A window of `most_bytes`, and as much again for those that are late.
    pub(crate) fn new(most_bytes: usize, stop: &Stop) -> Self {
        Self {
            window: Rows::new(most_bytes),
            most_bytes,
            front: None,
            late: Runs::new(most_bytes, stop),
        }
    }

    /// One that lets nothing go before the end, for outputs that can't be read again.
    pub(crate) fn patient(most_bytes: usize, stop: &Stop) -> Self {
        Self {
            front: Some((i64::MAX, u64::MAX)),
            ..Self::new(most_bytes, stop)
        }
    }

    #[inline]
    pub(crate) fn push(
        &mut self,
        t_us: i64,
        tie: u64,
        row: &[u8],
        sink: &mut impl Sink,
    ) -> Result<(), Error> {
        if self.front.is_some_and(|front| (t_us, tie) < front) {
            return self.late.push(t_us, tie, row);
        }
        self.window.push(t_us, tie, row);
        if self.window.size() > self.most_bytes {
            self.leave(self.window.len() / 2, sink)?;
        }
        Ok(())
    }

    /// Lets the earliest `count` go.
    fn leave(&mut self, count: usize, sink: &mut impl Sink) -> Result<(), Error> {
        self.window.sort();
        for _ in 0..count {
            let Some((place, row)) = self.window.first() else {
                break;
            };
            sink.row(place.t_us, row)?;
            self.front = Some((place.t_us, place.tie));
            self.window.drop_first();
        }
        Ok(())
    }

    /// Lets all go, and gives those that were late.
    pub(crate) fn finish(mut self, sink: &mut impl Sink) -> Result<Runs, Error> {
        self.leave(self.window.len(), sink)?;
        Ok(self.late)
    }
}
