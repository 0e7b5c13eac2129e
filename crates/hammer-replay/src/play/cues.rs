use std::fmt;
use std::time::Duration;

use super::end::End;
use super::pass::{Pass, Step};
use super::{Account, Cue, Player};
use crate::Error;

/// An iterator over what is sent.
///
/// It holds one row at a time, however often that is sent.
pub struct Cues<T, F> {
    player: Player,
    end: End,
    period_us: u64,
    /// Passes that are over.
    passed: u64,
    pass: Option<Pass>,
    /// Hits that were given.
    hits: u64,
    /// The row that was read last, if there are copies of it to come: when they are due, and the next.
    copies: Option<(Duration, u32)>,
    /// What was made of the row just read.
    ready: Option<(Duration, T)>,
    make: F,
    account: Account,
}

impl<T, F: FnMut(&Cue<'_>) -> Result<T, &'static str>> Cues<T, F> {
    pub(super) fn new(player: Player, period_us: u64, account: Account, make: F) -> Self {
        Self {
            end: End::of(&player),
            player,
            period_us,
            passed: 0,
            pass: None,
            hits: 0,
            copies: None,
            ready: None,
            make,
            account,
        }
    }

    /// Reads a row, or ends a pass; whether there is more.
    fn step(&mut self) -> Result<bool, Error> {
        let player = &self.player;
        let start = u128::from(self.passed) * u128::from(self.period_us);
        let room = self.end.room(player.speed.due(start), self.hits);
        if self.passed >= self.end.passes || room == 0 {
            return Ok(false);
        }
        let pass = match &mut self.pass {
            Some(pass) => pass,
            None => self.pass.insert(player.begin(self.passed)?),
        };
        let (end, hits, copies) = (self.end, self.hits, u64::from(player.amplify));
        let (make, ready, account) = (&mut self.make, &mut self.ready, &self.account);
        let mut over = false;
        let more = pass.step(player, |_, step| {
            let (at_us, made) = match step {
                Step::Send(at_us, cue) => (at_us, make(&cue).ok()),
                Step::Skip(at_us, _) => (at_us, None),
                Step::Leave => return,
            };
            let due = player.speed.due(start + u128::from(at_us));
            let room = end.room(due, hits);
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
            self.passed += 1;
            self.pass = None;
        }
        Ok(!over)
    }

    /// The next copy of the row that was read last, if there is to be one.
    fn copy(&mut self) -> Result<Option<(Duration, T)>, Error> {
        let (Some((due, copy)), Some(pass)) = (self.copies, &self.pass) else {
            return Ok(None);
        };
        let next = copy + 1;
        self.copies = (next < self.player.amplify).then_some((due, next));
        if self.end.room(due, self.hits) == 0 {
            return Ok(None);
        }
        let (make, mut made) = (&mut self.make, None);
        pass.again(&self.player, copy, |cue| made = make(cue).ok())?;
        Ok(made.map(|made| (due, made)))
    }

    fn advance(&mut self) -> Result<Option<(Duration, T)>, Error> {
        loop {
            if let Some(copy) = self.copy()? {
                return Ok(Some(copy));
            }
            let more = self.step()?;
            if let Some(ready) = self.ready.take() {
                return Ok(Some(ready));
            }
            if !more {
                return Ok(None);
            }
        }
    }
}

impl<T, F: FnMut(&Cue<'_>) -> Result<T, &'static str>> Iterator for Cues<T, F> {
    type Item = (Duration, T);

    fn next(&mut self) -> Option<(Duration, T)> {
        match self.advance() {
            Ok(next) => {
                self.hits += u64::from(next.is_some());
                next
            }
            Err(error) => {
                self.account.fail(error);
                // Nothing is read any more.
                (self.end.passes, self.copies) = (0, None);
                None
            }
        }
    }
}

impl<T, F> fmt::Debug for Cues<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cues")
            .field("passed", &self.passed)
            .field("hits", &self.hits)
            .finish_non_exhaustive()
    }
}
