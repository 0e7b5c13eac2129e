//! Iterator over the hits of a playback.

use std::fmt;
use std::time::Duration;

use super::pass::{RowAction, TimelinePass};
use super::playback_limits::PlaybackLimits;
use super::{PlaybackRow, PlaybackStatus, TimelinePlayer};
use crate::Error;

/// An iterator over hits and their due times.
///
/// It holds one row at a time, whatever its number of copies.
pub struct PlaybackIter<T, F> {
    player: TimelinePlayer,
    limits: PlaybackLimits,
    period_us: u64,
    /// The number of finished passes.
    finished_passes: u64,
    pass: Option<TimelinePass>,
    /// The number of hits so far.
    hits: u64,
    /// The due time and the number of the next copy of the last row, if copies are left.
    copies: Option<(Duration, u32)>,
    /// The hit of the row just read.
    ready: Option<(Duration, T)>,
    make: F,
    status: PlaybackStatus,
}

impl<T, F: FnMut(&PlaybackRow<'_>) -> Result<T, &'static str>> PlaybackIter<T, F> {
    pub(super) fn new(
        player: TimelinePlayer,
        period_us: u64,
        status: PlaybackStatus,
        make: F,
    ) -> Self {
        Self {
            limits: PlaybackLimits::from_player(&player),
            player,
            period_us,
            finished_passes: 0,
            pass: None,
            hits: 0,
            copies: None,
            ready: None,
            make,
            status,
        }
    }

    /// Reads a row or ends a pass. Returns false at the end of the playback.
    fn read_row(&mut self) -> Result<bool, Error> {
        let player = &self.player;
        let start = u128::from(self.finished_passes) * u128::from(self.period_us);
        let remaining = self
            .limits
            .remaining_hits(player.speed.due_after(start), self.hits);
        if self.finished_passes >= self.limits.max_passes || remaining == 0 {
            return Ok(false);
        }
        let pass = match &mut self.pass {
            Some(pass) => pass,
            None => self.pass.insert(player.open_pass(self.finished_passes)?),
        };
        let (limits, hits, copies) = (self.limits, self.hits, u64::from(player.amplify));
        let (make, ready, status) = (&mut self.make, &mut self.ready, &self.status);
        let mut ended = false;
        let more = pass.next_row(player, |_, action| {
            let (at_us, made) = match action {
                RowAction::Send(at_us, planned) => (at_us, make(&planned).ok()),
                RowAction::Skip(at_us, _) => (at_us, None),
                RowAction::FilterOut => return,
            };
            let due = player.speed.due_after(start + u128::from(at_us));
            let remaining = limits.remaining_hits(due, hits);
            ended = remaining == 0;
            if ended {
                return;
            }
            match made {
                Some(made) => {
                    status.count(due.as_secs(), copies.min(remaining), 0);
                    *ready = Some((due, made));
                }
                None => status.count(due.as_secs(), 0, copies),
            }
        })?;
        if let Some((due, _)) = &self.ready {
            self.copies = (copies > 1).then_some((*due, 1));
        }
        if !more {
            self.finished_passes += 1;
            self.pass = None;
        }
        Ok(!ended)
    }

    /// Returns the next copy of the last row, if copies are left.
    fn next_copy(&mut self) -> Result<Option<(Duration, T)>, Error> {
        let (Some((due, copy)), Some(pass)) = (self.copies, &self.pass) else {
            return Ok(None);
        };
        let next = copy + 1;
        self.copies = (next < self.player.amplify).then_some((due, next));
        if self.limits.remaining_hits(due, self.hits) == 0 {
            return Ok(None);
        }
        let (make, mut made) = (&mut self.make, None);
        pass.repeat_row(&self.player, copy, |planned| made = make(planned).ok())?;
        Ok(made.map(|made| (due, made)))
    }

    fn next_hit(&mut self) -> Result<Option<(Duration, T)>, Error> {
        loop {
            if let Some(copy) = self.next_copy()? {
                return Ok(Some(copy));
            }
            let more = self.read_row()?;
            if let Some(ready) = self.ready.take() {
                return Ok(Some(ready));
            }
            if !more {
                return Ok(None);
            }
        }
    }
}

impl<T, F: FnMut(&PlaybackRow<'_>) -> Result<T, &'static str>> Iterator for PlaybackIter<T, F> {
    type Item = (Duration, T);

    fn next(&mut self) -> Option<(Duration, T)> {
        match self.next_hit() {
            Ok(next) => {
                self.hits += u64::from(next.is_some());
                next
            }
            Err(error) => {
                self.status.set_error(error);
                // This ends the iterator.
                (self.limits.max_passes, self.copies) = (0, None);
                None
            }
        }
    }
}

impl<T, F> fmt::Debug for PlaybackIter<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlaybackIter")
            .field("finished_passes", &self.finished_passes)
            .field("hits", &self.hits)
            .finish_non_exhaustive()
    }
}
