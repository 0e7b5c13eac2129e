//! One pass through a timeline.

use std::borrow::Cow;

use bytes::Bytes;

use super::{PlaybackRow, TimelinePlayer};
use crate::timeline::{TimelineHeader, TimelineReader, TimelineRow, TimelineTrailer};
use crate::{Error, ErrorKind};

/// Reads a timeline once.
pub(super) struct TimelinePass {
    reader: TimelineReader,
    /// The number of the pass, from 0.
    number: u64,
    /// The number of rows that were read.
    rows: u64,
    /// The start of the window, or the time of the first row.
    from_us: Option<u64>,
    /// The time of the last row that matched the filter, or else the start.
    last_us: Option<u64>,
    /// The idle time that was skipped so far.
    idle_us: u64,
}

/// The action for a row.
pub(super) enum RowAction<'a> {
    /// Send it at this time, in µs after the start.
    Send(u64, PlaybackRow<'a>),
    /// Do not send it, for this reason. It would have been due at this time, in µs after the start.
    Skip(u64, &'static str),
    /// Ignore it: it is outside the window or does not match the filter.
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

    /// Returns the idle time that was skipped so far, in µs.
    pub(super) fn idle_us(&self) -> u64 {
        self.idle_us
    }

    /// Makes an error about the last row.
    pub(super) fn row_error(&self, problem: &str) -> Error {
        let place = format!("row {} of {}", self.rows, self.reader.name());
        Error::new(ErrorKind::Row, format!("play {place}: {problem}"))
    }

    /// Reads a row and passes it to `take`, as written in the timeline, with its action. Returns false
    /// at the end.
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
        // Rows after the window are read too, since only the trailer shows that the timeline is complete.
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
            Ok(planned) => take(&row, RowAction::Send(at_us, planned)),
            Err(reason) => take(&row, RowAction::Skip(at_us, reason)),
        }
        Ok(true)
    }

    /// Passes another copy of the last row to `take`.
    pub(super) fn repeat_row(
        &self,
        player: &TimelinePlayer,
        copy: u32,
        take: impl FnOnce(&PlaybackRow<'_>),
    ) -> Result<(), Error> {
        let read = self.reader.reparse_row()?;
        let row = read.row();
        let target = rewrite_target(player, row.target);
        let position = (self.number, self.rows.saturating_sub(1), copy);
        // The first copy was planned, so this one can be planned too.
        if let Ok(planned) = plan_row(player, &row, &target, position) {
            take(&planned);
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

/// Plans a row, or returns the reason that it is not sent.
fn plan_row<'a>(
    player: &'a TimelinePlayer,
    row: &TimelineRow<'a>,
    target: &'a [u8],
    (pass, number, copy): (u64, u64, u32),
) -> Result<PlaybackRow<'a>, &'static str> {
    let row = TimelineRow { target, ..*row };
    let mut planned = PlaybackRow {
        row,
        number,
        copy,
        pass,
        body: Bytes::new(),
        content_type: None,
    };
    let Some(allowed) = &player.allowed_methods else {
        return Ok(planned);
    };
    // A proxy would forward it to another host.
    if !row.target.starts_with(b"/") && row.target != b"*" {
        return Err("not_of_the_endpoint");
    }
    if !allowed.iter().any(|method| method == row.method) {
        return Err("method_not_allowed");
    }
    if !matches!(row.method, "GET" | "HEAD" | "OPTIONS") {
        (planned.body, planned.content_type) = player.bodies.body_for(&planned)?;
    }
    Ok(planned)
}
