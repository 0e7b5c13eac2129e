use std::fmt;
use std::time::Duration;

use super::pass::{RowAction, TimelinePass};
use super::playback_limits::PlaybackLimits;
use super::{PlannedRow, PlaybackStatus, TimelinePlayer};
use crate::Error;

/// An iterator over what is sent.
///
/// It holds one row at a time, however often that is sent.
pub struct PlaybackIter<T, F> {
    player: TimelinePlayer,
    limits: PlaybackLimits,
    period_us: u64,
    /// Passes that are over.
    finished_passes: u64,
    pass: Option<TimelinePass>,
    /// Hits that were given.
    hits: u64,
    /// The row that was read last, if there are copies of it to come: when they are due, and the next.
    copies: Option<(Duration, u32)>,
    /// What was made of the row just read.
    ready: Option<(Duration, T)>,
    make: F,
    status: PlaybackStatus,
}

impl<T, F: FnMut(&PlannedRow<'_>) -> Result<T, &'static str>> PlaybackIter<T, F> {
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

    /// Reads a row, or ends a pass; whether there is more.
    fn read_row(&mut self) -> Result<bool, Error> {
        let player = &self.player;
        let start = u128::from(self.finished_passes) * u128::from(self.period_us);
        let room = self
            .limits
            .remaining_hits(player.speed.due_after(start), self.hits);
        if self.finished_passes >= self.limits.max_passes || room == 0 {
            return Ok(false);
        }
        let pass = match &mut self.pass {
            Some(pass) => pass,
            None => self.pass.insert(player.open_pass(self.finished_passes)?),
        };
        let (end, hits, copies) = (self.limits, self.hits, u64::from(player.amplify));
        let (make, ready, account) = (&mut self.make, &mut self.ready, &self.status);
        let mut over = false;
        let more = pass.next_row(player, |_, step| {
            let (at_us, made) = match step {
                RowAction::Send(at_us, cue) => (at_us, make(&cue).ok()),
                RowAction::Skip(at_us, _) => (at_us, None),
                RowAction::FilterOut => return,
            };
            let due = player.speed.due_after(start + u128::from(at_us));
            let room = end.remaining_hits(due, hits);
            over = room == 0;
            if over {
                return;
            }
            match made {
                Some(made) => {
                    account.count(due.as_secs(), copies.min(room), 0);
                    *ready = Some((due, made));
                }
                None => account.count(due.as_secs(), 0, copies),
            }
        })?;
        if let Some((due, _)) = &self.ready {
            self.copies = (copies > 1).then_some((*due, 1));
        }
        if !more {
            self.finished_passes += 1;
            self.pass = None;
        }
        Ok(!over)
    }

    /// The next copy of the row that was read last, if there is to be one.
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
        pass.repeat_row(&self.player, copy, |cue| made = make(cue).ok())?;
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

impl<T, F: FnMut(&PlannedRow<'_>) -> Result<T, &'static str>> Iterator for PlaybackIter<T, F> {
    type Item = (Duration, T);

    fn next(&mut self) -> Option<(Duration, T)> {
        match self.next_hit() {
            Ok(next) => {
                self.hits += u64::from(next.is_some());
                next
            }
            Err(error) => {
                self.status.set_error(error);
                // Nothing is read any more.
                (self.limits.max_passes, self.copies) = (0, None);
                None
            }
        }
    }
}

impl<T, F> fmt::Debug for PlaybackIter<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlaybackIter")
            .field("passed", &self.finished_passes)
            .field("hits", &self.hits)
            .finish_non_exhaustive()
    }
}
