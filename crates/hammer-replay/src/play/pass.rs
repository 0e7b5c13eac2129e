use std::borrow::Cow;

use bytes::Bytes;

use super::{Cue, Player};
use crate::timeline::{Header, Reader, Row, Trailer};
use crate::{Error, ErrorKind};

/// Goes through a timeline once.
pub(super) struct Pass {
    reader: Reader,
    /// Which pass it is, from 0.
    number: u64,
    /// Rows that were read.
    rows: u64,
    /// Where it begins, which may be the first row.
    from_us: Option<u64>,
    /// The last row that was wanted, or else where it begins.
    last_us: Option<u64>,
    /// What was skipped of pauses.
    idle_us: u64,
}

/// What becomes of a row.
pub(super) enum Step<'a> {
    /// It is sent, so many µs after the start.
    Send(u64, Cue<'a>),
    /// It is not, and would have been due then.
    Skip(u64, &'static str),
    /// It is not wanted.
    Leave,
}

impl Pass {
    pub(super) fn new(reader: Reader, number: u64, from_us: Option<u64>) -> Self {
        Self {
            reader,
            number,
            rows: 0,
            from_us,
            last_us: from_us,
            idle_us: 0,
        }
    }

    pub(super) fn header(&self) -> &Header {
        self.reader.header()
    }

    pub(super) fn trailer(&self) -> Option<&Trailer> {
        self.reader.trailer()
    }

    /// The µs of pauses that were skipped so far.
    pub(super) fn idle_us(&self) -> u64 {
        self.idle_us
    }

    /// Something is wrong with the row that was read last.
    pub(super) fn wrong(&self, what: &str) -> Error {
        let place = format!("row {} of {}", self.rows, self.reader.name());
        Error::new(ErrorKind::Row, format!("play {place}: {what}"))
    }

    /// Reads a row, and gives it to `take` as it stands there, with what becomes of it; whether there
    /// may be more.
    pub(super) fn step(
        &mut self,
        player: &Player,
        take: impl FnOnce(&Row<'_>, Step<'_>),
    ) -> Result<bool, Error> {
        let Some(read) = self.reader.next()? else {
            return Ok(false);
        };
        let row = read.row();
        let number = self.rows;
        self.rows += 1;
        let from_us = *self.from_us.get_or_insert(row.t_us);
        // Rows behind the window are read all the same: only then it is known that nothing was cut.
        let outside = row.t_us < from_us || player.to_us.is_some_and(|to| row.t_us >= to);
        if outside || !player.choice.wants(&row, number) {
            take(&row, Step::Leave);
            return Ok(true);
        }
        let pause = row.t_us - self.last_us.replace(row.t_us).unwrap_or(row.t_us);
        if let Some(longest) = player.skip_idle_us {
            self.idle_us += pause.saturating_sub(longest);
        }
        let at_us = row.t_us - from_us - self.idle_us;
        let target = rewritten(player, row.target);
        match cue(player, &row, &target, (self.number, number, 0)) {
            Ok(cue) => take(&row, Step::Send(at_us, cue)),
            Err(why) => take(&row, Step::Skip(at_us, why)),
        }
        Ok(true)
    }

    /// Gives the row that was read last to `take` once more, as another copy of it.
    pub(super) fn again(
        &self,
        player: &Player,
        copy: u32,
        take: impl FnOnce(&Cue<'_>),
    ) -> Result<(), Error> {
        let read = self.reader.again()?;
        let row = read.row();
        let target = rewritten(player, row.target);
        let place = (self.number, self.rows.saturating_sub(1), copy);
        // What could be sent once can be sent again.
        if let Ok(cue) = cue(player, &row, &target, place) {
            take(&cue);
        }
        Ok(())
    }
}

fn rewritten<'r>(player: &Player, target: &'r [u8]) -> Cow<'r, [u8]> {
    let change = |target: Cow<'r, [u8]>, rewrite: &super::Rewrite| match rewrite.apply(&target) {
        Cow::Borrowed(_) => target,
        Cow::Owned(changed) => Cow::Owned(changed),
    };
    player.rewrites.iter().fold(Cow::Borrowed(target), change)
}

/// What is sent for a row, or why nothing is.
fn cue<'a>(
    player: &'a Player,
    row: &Row<'a>,
    target: &'a [u8],
    (pass, number, copy): (u64, u64, u32),
) -> Result<Cue<'a>, &'static str> {
    let row = Row { target, ..*row };
    let mut cue = Cue {
        row,
        number,
        copy,
        pass,
        body: Bytes::new(),
        content_type: None,
    };
    let Some(allowed) = &player.methods else {
        return Ok(cue);
    };
    // Whoever reads it might take it somewhere else.
    if !row.target.starts_with(b"/") && row.target != b"*" {
        return Err("not_of_the_endpoint");
    }
    if !allowed.iter().any(|method| method == row.method) {
        return Err("method_not_allowed");
    }
    if !matches!(row.method, "GET" | "HEAD" | "OPTIONS") {
        (cue.body, cue.content_type) = player.bodies.of(&cue)?;
    }
    Ok(cue)
}
