use std::borrow::Cow;

use super::{Cue, Player};
use crate::Error;
use crate::timeline::{Header, Reader, Row, Trailer};

/// Goes through a timeline once.
pub(super) struct Pass {
    reader: Reader,
    /// Rows that were read.
    rows: u64,
    /// Where it begins, which may be the first row.
    from_us: Option<u64>,
    /// The last row that was wanted, or else where it begins.
    last_us: Option<u64>,
    /// What was skipped of pauses.
    idle_us: u64,
}

/// What becomes of a row that is wanted, so many µs after the start.
pub(super) enum Step<'a> {
    Send(u64, Cue<'a>),
    Skip(u64, Row<'a>, &'static str),
}

impl Pass {
    pub(super) fn new(reader: Reader, from_us: Option<u64>) -> Self {
        Self {
            reader,
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

    /// Reads a row, and gives it to `take` if it is wanted; whether there may be more.
    pub(super) fn step(
        &mut self,
        player: &Player,
        take: impl FnOnce(Step<'_>),
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
            return Ok(true);
        }
        let pause = row.t_us - self.last_us.replace(row.t_us).unwrap_or(row.t_us);
        if let Some(longest) = player.skip_idle_us {
            self.idle_us += pause.saturating_sub(longest);
        }
        let at_us = row.t_us - from_us - self.idle_us;
        let target = player
            .rewrites
            .iter()
            .fold(Cow::Borrowed(row.target), |target, rewrite| {
                match rewrite.apply(&target) {
                    Cow::Borrowed(_) => target,
                    Cow::Owned(changed) => Cow::Owned(changed),
                }
            });
        let row = Row {
            target: &target,
            ..row
        };
        take(match body(player, &row) {
            Ok((body, content_type)) => {
                let cue = Cue {
                    row,
                    body,
                    content_type,
                    copy: 0,
                };
                Step::Send(at_us, cue)
            }
            Err(why) => Step::Skip(at_us, row, why),
        });
        Ok(true)
    }
}

type Sent<'b> = (Cow<'b, [u8]>, Option<&'b str>);

/// What is sent with a row, or why it is not.
fn body<'p>(player: &'p Player, row: &Row<'_>) -> Result<Sent<'p>, &'static str> {
    let nothing = (Cow::Borrowed(&b""[..]), None);
    let Some(allowed) = &player.methods else {
        return Ok(nothing);
    };
    // Whoever reads it might take it somewhere else.
    if !row.target.starts_with(b"/") && row.target != b"*" {
        return Err("not_of_the_endpoint");
    }
    if !allowed.iter().any(|method| method == row.method) {
        return Err("method_not_allowed");
    }
    if matches!(row.method, "GET" | "HEAD" | "OPTIONS") {
        return Ok(nothing);
    }
    player.bodies.of(row).ok_or("no_body_rule")
}
