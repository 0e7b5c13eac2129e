use std::collections::BTreeMap;

use hammer_core::Stop;

use super::draws::Draws;
use super::reorder::{Reorder, Sink};
use super::rows::Rows;
use super::runs::{Merge, Runs};
use crate::Error;
use crate::time::Stamp;
use crate::timeline::Spread;

/// How long a second is kept open for lines that come out of order, in seconds of the log.
const OPEN_FOR: i64 = 120;
/// How long it is if memory gets short. Those that are open then go to disk.
const NEAR: i64 = 10;
/// Files that a second has on disk, of which some are open at a time.
const MOST_RUNS: usize = 32;
/// How large a piece of a second's memory is at most.
const CHUNK: usize = 1 << 13;

/// What is done with rows of which only the second is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spreading {
    pub(crate) spread: Spread,
    pub(crate) seed: u64,
    /// Whether rows of a second are ordered by what they are, and not by where they stood.
    pub(crate) by_content: bool,
}

/// Rows by the second of their stamp, until all of it have come; then each gets its place in the second.
///
/// The draws of a second depend on the seed, the second and how many there are alone. They are sorted
/// and given out in the order of the rows. Rows of several logs have draws of their own for each, since
/// nothing is known of their order among each other. Seconds that take too much memory are on disk.
///
/// Rows that are ordered by what they are may come in any order, and so a second can be closed only
/// when all rows of all seconds have come.
#[derive(Debug)]
pub(crate) struct Seconds {
    /// Rows that are ordered by what they are: by their second and the hash of their content.
    any_order: Runs,
    open: BTreeMap<i64, Second>,
    /// The second that rows came for last, which stays out of the map.
    last: (i64, Second),
    newest: i64,
    /// The newest second that was closed.
    closed: i64,
    /// How often a second was closed again, which has draws of its own.
    again: u64,
    spreading: Spreading,
    size: usize,
    most_bytes: usize,
    /// Kept, so that seconds need no memory of their own.
    spare: Vec<Rows>,
    draws: Draws,
    row: Vec<u8>,
    stop: Stop,
}

#[derive(Debug)]
struct Second {
    /// By log (the same for all if rows are ordered by content) and then by the number of the row. How
    /// long before its stamp a row arrived stands before it.
    rows: Runs,
    /// How many there are of each log.
    counts: BTreeMap<u32, u64>,
}

/// Bytes of what stands before a row.
const HEAD: usize = 8;

impl Seconds {
    pub(crate) fn new(spreading: Spreading, most_bytes: usize, stop: &Stop) -> Self {
        let mut seconds = Self {
            any_order: Runs::new(most_bytes, stop),
            open: BTreeMap::new(),
            last: (i64::MIN, Second::new(Rows::new(0), stop)),
            newest: i64::MIN,
            closed: i64::MIN,
            again: 0,
            spreading,
            size: 0,
            most_bytes,
            spare: Vec::new(),
            draws: Draws::default(),
            row: Vec::new(),
            stop: stop.clone(),
        };
        seconds.last.1 = seconds.second();
        seconds
    }

    fn second(&mut self) -> Second {
        let chunk = (self.most_bytes / 32).clamp(1 << 10, CHUNK);
        let rows = self.spare.pop().unwrap_or_else(|| Rows::in_chunks(chunk));
        Second::new(rows, &self.stop)
    }

    /// Takes a row of `log` that was stamped in `second`, and arrived so long before that.
    pub(crate) fn push(
        &mut self,
        second: i64,
        before_us: i64,
        log: u32,
        row: &[u8],
        out: (&mut Reorder, &mut impl Sink),
    ) -> Result<(), Error> {
        self.row.clear();
        self.row.extend_from_slice(&head(before_us));
        self.row.extend_from_slice(row);
        if self.spreading.by_content {
            return self.any_order.push(second, content(row), &self.row);
        }
        self.hold(second, log, out)
    }

    /// Puts the present row to those of its second.
    fn hold(
        &mut self,
        second: i64,
        log: u32,
        out: (&mut Reorder, &mut impl Sink),
    ) -> Result<(), Error> {
        if second != self.last.0 {
            self.turn_to(second, (&mut *out.0, &mut *out.1))?;
        }
        let Second { rows, counts } = &mut self.last.1;
        *counts.entry(log).or_default() += 1;
        let size = rows.size();
        rows.push(i64::from(log), rows.count(), &self.row)?;
        self.size += rows.size() - size;
        if self.size > self.most_bytes {
            self.relieve(out)?;
        }
        Ok(())
    }

    fn turn_to(&mut self, second: i64, out: (&mut Reorder, &mut impl Sink)) -> Result<(), Error> {
        let next = match self.open.remove(&second) {
            Some(next) => next,
            None => self.second(),
        };
        let (old, rows) = std::mem::replace(&mut self.last, (second, next));
        if rows.rows.count() > 0 {
            self.open.insert(old, rows);
        }
        self.newest = self.newest.max(second);
        while self.close_before(OPEN_FOR, (&mut *out.0, &mut *out.1))? {}
        Ok(())
    }

    /// Takes less memory: by seconds that can hardly get more rows, and then by the disk.
    #[cold]
    fn relieve(&mut self, out: (&mut Reorder, &mut impl Sink)) -> Result<(), Error> {
        while self.size > self.most_bytes / 2 {
            if self.close_before(NEAR, (&mut *out.0, &mut *out.1))? {
                continue;
            }
            let seconds = self.open.values_mut().chain([&mut self.last.1]);
            let Some(second) = seconds.max_by_key(|second| second.rows.size()) else {
                break;
            };
            self.size -= second.rows.size();
            second.rows.spill()?;
        }
        Ok(())
    }

    /// Closes the oldest second if it is older than the newest by more than `seconds`.
    fn close_before(
        &mut self,
        seconds: i64,
        out: (&mut Reorder, &mut impl Sink),
    ) -> Result<bool, Error> {
        let Some(oldest) = self.open.first_entry() else {
            return Ok(false);
        };
        let second = *oldest.key();
        if second >= self.newest.saturating_sub(seconds) {
            return Ok(false);
        }
        let rows = oldest.remove();
        self.close(second, rows, out)?;
        Ok(true)
    }

    /// Closes all that are open.
    pub(crate) fn finish(&mut self, out: (&mut Reorder, &mut impl Sink)) -> Result<(), Error> {
        let none = Runs::new(0, &self.stop);
        let mut any_order = std::mem::replace(&mut self.any_order, none);
        if any_order.spilled() > 0 {
            // What is left of them would take memory beside the seconds.
            any_order.spill()?;
        }
        let mut any_order = any_order.merge()?;
        while let Some((second, _)) = any_order.peek() {
            self.row.clear();
            self.row.extend_from_slice(any_order.row());
            self.hold(second, 0, (&mut *out.0, &mut *out.1))?;
            any_order.advance()?;
        }
        let next = self.second();
        let (second, rows) = std::mem::replace(&mut self.last, (i64::MIN, next));
        self.open.insert(second, rows);
        while let Some((second, rows)) = self.open.pop_first() {
            self.close(second, rows, (&mut *out.0, &mut *out.1))?;
        }
        Ok(())
    }

    fn close(
        &mut self,
        second: i64,
        held: Second,
        (reorder, sink): (&mut Reorder, &mut impl Sink),
    ) -> Result<(), Error> {
        let again = second <= self.closed;
        self.again += u64::from(again);
        self.closed = self.closed.max(second);
        let part = if again { self.again } else { 0 };
        self.size -= held.rows.size();
        let start = second.saturating_mul(Stamp::SECOND);
        let mut rows = held.rows.merge()?;
        let mut number = 0;
        for (log, count) in held.counts {
            let mut draws = self.draws.of(self.spreading, (second, part), log, count);
            for _ in 0..count {
                let (before_us, row) = parted(rows.row());
                let t_us = start
                    .saturating_add(i64::from(draws.next()))
                    .saturating_sub(before_us);
                let tie = if self.spreading.by_content {
                    content(row)
                } else {
                    number
                };
                reorder.push(t_us, tie, row, sink)?;
                number += 1;
                rows.advance()?;
            }
        }
        // A few are in use at a time, unless the log jumps.
        if let Merge::Memory(mut rows) = rows
            && self.spare.len() < OPEN_FOR as usize
        {
            rows.clear();
            rows.shrink();
            self.spare.push(rows);
        }
        Ok(())
    }
}

impl Second {
    fn new(rows: Rows, stop: &Stop) -> Self {
        Self {
            rows: Runs::patient(rows, MOST_RUNS, stop),
            counts: BTreeMap::new(),
        }
    }
}

/// A number as bytes of the same order.
fn head(before_us: i64) -> [u8; HEAD] {
    (before_us as u64 ^ 1 << 63).to_be_bytes()
}

/// What stands before a row, and the row.
fn parted(row: &[u8]) -> (i64, &[u8]) {
    match row.split_first_chunk() {
        Some((head, row)) => ((u64::from_be_bytes(*head) ^ 1 << 63) as i64, row),
        None => (0, row),
    }
}

/// What orders rows of the same time, whatever order they came in.
pub(crate) fn content(row: &[u8]) -> u64 {
    twox_hash::XxHash64::oneshot(0, row)
}
