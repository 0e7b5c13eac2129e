use std::borrow::Cow;

use bytes::Bytes;

use super::{PlannedRow, TimelinePlayer};
use crate::timeline::{TimelineHeader, TimelineReader, TimelineRow, TimelineTrailer};
use crate::{Error, ErrorKind};

/// Goes through a timeline once.
pub(super) struct TimelinePass {
    reader: TimelineReader,
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
pub(super) enum RowAction<'a> {
    /// It is sent, so many µs after the start.
    Send(u64, PlannedRow<'a>),
    /// It is not, and would have been due then.
    Skip(u64, &'static str),
    /// It is not wanted.
    FilterOut,
}

impl TimelinePass {
    pub(super) fn new(reader: TimelineReader, number: u64, from_us: Option<u64>) -> Self {
        Self {
            reader,
            number,
            rows: 0,
            from_us,
            last_us: from_us,
            idle_us: 0,
        }
    }

    pub(super) fn header(&self) -> &TimelineHeader {
        self.reader.header()
    }

    pub(super) fn trailer(&self) -> Option<&TimelineTrailer> {
        self.reader.trailer()
    }

    /// The µs of pauses that were skipped so far.
    pub(super) fn idle_us(&self) -> u64 {
        self.idle_us
    }

    /// Something is wrong with the row that was read last.
    pub(super) fn row_error(&self, what: &str) -> Error {
        let place = format!("row {} of {}", self.rows, self.reader.name());
        Error::new(ErrorKind::Row, format!("play {place}: {what}"))
    }

    /// Reads a row, and gives it to `take` as it stands there, with what becomes of it; whether there
    /// may be more.
    pub(super) fn next_row(
        &mut self,
        player: &TimelinePlayer,
        take: impl FnOnce(&TimelineRow<'_>, RowAction<'_>),
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
        if outside || !player.filter.matches(&row, number) {
            take(&row, RowAction::FilterOut);
            return Ok(true);
        }
        let pause = row.t_us - self.last_us.replace(row.t_us).unwrap_or(row.t_us);
        if let Some(longest) = player.skip_idle_us {
            self.idle_us += pause.saturating_sub(longest);
        }
        let at_us = row.t_us - from_us - self.idle_us;
        let target = rewrite_target(player, row.target);
        match plan_row(player, &row, &target, (self.number, number, 0)) {
            Ok(cue) => take(&row, RowAction::Send(at_us, cue)),
            Err(why) => take(&row, RowAction::Skip(at_us, why)),
        }
        Ok(true)
    }

    /// Gives the row that was read last to `take` once more, as another copy of it.
    pub(super) fn repeat_row(
        &self,
        player: &TimelinePlayer,
        copy: u32,
        take: impl FnOnce(&PlannedRow<'_>),
    ) -> Result<(), Error> {
        let read = self.reader.reparse_row()?;
        let row = read.row();
        let target = rewrite_target(player, row.target);
        let place = (self.number, self.rows.saturating_sub(1), copy);
        // What could be sent once can be sent again.
        if let Ok(cue) = plan_row(player, &row, &target, place) {
            take(&cue);
        }
        Ok(())
    }
}

fn rewrite_target<'r>(player: &TimelinePlayer, target: &'r [u8]) -> Cow<'r, [u8]> {
    let change =
        |target: Cow<'r, [u8]>, rewrite: &super::TargetRewrite| match rewrite.apply(&target) {
            Cow::Borrowed(_) => target,
            Cow::Owned(changed) => Cow::Owned(changed),
        };
    player.rewrites.iter().fold(Cow::Borrowed(target), change)
}

/// What is sent for a row, or why nothing is.
fn plan_row<'a>(
    player: &'a TimelinePlayer,
    row: &TimelineRow<'a>,
    target: &'a [u8],
    (pass, number, copy): (u64, u64, u32),
) -> Result<PlannedRow<'a>, &'static str> {
    let row = TimelineRow { target, ..*row };
    let mut cue = PlannedRow {
        row,
        number,
        copy,
        pass,
        body: Bytes::new(),
        content_type: None,
    };
    let Some(allowed) = &player.allowed_methods else {
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
        (cue.body, cue.content_type) = player.bodies.body_for(&cue)?;
    }
    Ok(cue)
}
