use std::collections::BTreeMap;

use hammer_core::StopHandle;

use super::external_sorter::{ExternalSorter, MergeCursor};
use super::reorder_window::{ReorderWindow, RowSink};
use super::row_buffer::RowBuffer;
use super::second_offsets::SecondOffsets;
use crate::Error;
use crate::time::LogTimestamp;
use crate::timeline::TimestampSpread;

/// How long a second is kept open for lines that come out of order, in seconds of the log.
const OPEN_SECONDS: i64 = 120;
/// How long it is if memory gets short. Those that are open then go to disk.
const MIN_OPEN_SECONDS: i64 = 10;
/// Files that a second has on disk, of which some are open at a time.
const MAX_RUNS_PER_SECOND: usize = 32;
/// How large a piece of a second's memory is at most.
const MAX_CHUNK_BYTES: usize = 1 << 13;

/// What is done with rows of which only the second is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpreadOptions {
    pub(crate) spread: TimestampSpread,
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
pub(crate) struct SecondSpreader {
    /// Rows that are ordered by what they are: by their second and the hash of their content.
    unordered: ExternalSorter,
    open: BTreeMap<i64, SecondBucket>,
    /// The second that rows came for last, which stays out of the map.
    current: (i64, SecondBucket),
    newest_second: i64,
    /// The newest second that was closed.
    newest_closed: i64,
    /// How often a second was closed again, which has draws of its own.
    reopened_count: u64,
    spreading: SpreadOptions,
    size_bytes: usize,
    max_bytes: usize,
    /// Kept, so that seconds need no memory of their own.
    spare: Vec<RowBuffer>,
    draws: SecondOffsets,
    row: Vec<u8>,
    stop: StopHandle,
}

#[derive(Debug)]
struct SecondBucket {
    /// By log (the same for all if rows are ordered by content) and then by the number of the row. How
    /// long before its stamp a row arrived stands before it.
    rows: ExternalSorter,
    /// How many there are of each log.
    counts: BTreeMap<u32, u64>,
}

/// Bytes of what stands before a row.
const PREFIX_BYTES: usize = 8;

impl SecondSpreader {
    pub(crate) fn new(spreading: SpreadOptions, most_bytes: usize, stop: &StopHandle) -> Self {
        let mut seconds = Self {
            unordered: ExternalSorter::new(most_bytes, stop),
            open: BTreeMap::new(),
            current: (i64::MIN, SecondBucket::new(RowBuffer::new(0), stop)),
            newest_second: i64::MIN,
            newest_closed: i64::MIN,
            reopened_count: 0,
            spreading,
            size_bytes: 0,
            max_bytes: most_bytes,
            spare: Vec::new(),
            draws: SecondOffsets::default(),
            row: Vec::new(),
            stop: stop.clone(),
        };
        seconds.current.1 = seconds.new_bucket();
        seconds
    }

    fn new_bucket(&mut self) -> SecondBucket {
        let chunk = (self.max_bytes / 32).clamp(1 << 10, MAX_CHUNK_BYTES);
        let rows = self
            .spare
            .pop()
            .unwrap_or_else(|| RowBuffer::with_chunk_bytes(chunk));
        SecondBucket::new(rows, &self.stop)
    }

    /// Takes a row of `log` that was stamped in `second`, and arrived so long before that.
    pub(crate) fn push(
        &mut self,
        second: i64,
        before_us: i64,
        log: u32,
        row: &[u8],
        out: (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        self.row.clear();
        self.row.extend_from_slice(&encode_prefix(before_us));
        self.row.extend_from_slice(row);
        if self.spreading.by_content {
            return self.unordered.push(second, content_hash(row), &self.row);
        }
        self.add_row(second, log, out)
    }

    /// Puts the present row to those of its second.
    fn add_row(
        &mut self,
        second: i64,
        log: u32,
        out: (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        if second != self.current.0 {
            self.switch_to(second, (&mut *out.0, &mut *out.1))?;
        }
        let SecondBucket { rows, counts } = &mut self.current.1;
        *counts.entry(log).or_default() += 1;
        let size = rows.size_bytes();
        rows.push(i64::from(log), rows.row_count(), &self.row)?;
        self.size_bytes += rows.size_bytes() - size;
        if self.size_bytes > self.max_bytes {
            self.free_memory(out)?;
        }
        Ok(())
    }

    fn switch_to(
        &mut self,
        second: i64,
        out: (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        let next = match self.open.remove(&second) {
            Some(next) => next,
            None => self.new_bucket(),
        };
        let (old, rows) = std::mem::replace(&mut self.current, (second, next));
        if rows.rows.row_count() > 0 {
            self.open.insert(old, rows);
        }
        self.newest_second = self.newest_second.max(second);
        while self.close_oldest_before(OPEN_SECONDS, (&mut *out.0, &mut *out.1))? {}
        Ok(())
    }

    /// Takes less memory: by seconds that can hardly get more rows, and then by the disk.
    #[cold]
    fn free_memory(&mut self, out: (&mut ReorderWindow, &mut impl RowSink)) -> Result<(), Error> {
        while self.size_bytes > self.max_bytes / 2 {
            if self.close_oldest_before(MIN_OPEN_SECONDS, (&mut *out.0, &mut *out.1))? {
                continue;
            }
            let seconds = self.open.values_mut().chain([&mut self.current.1]);
            let Some(second) = seconds.max_by_key(|second| second.rows.size_bytes()) else {
                break;
            };
            self.size_bytes -= second.rows.size_bytes();
            second.rows.spill()?;
        }
        Ok(())
    }

    /// Closes the oldest second if it is older than the newest by more than `seconds`.
    fn close_oldest_before(
        &mut self,
        seconds: i64,
        out: (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<bool, Error> {
        let Some(oldest) = self.open.first_entry() else {
            return Ok(false);
        };
        let second = *oldest.key();
        if second >= self.newest_second.saturating_sub(seconds) {
            return Ok(false);
        }
        let rows = oldest.remove();
        self.close_bucket(second, rows, out)?;
        Ok(true)
    }

    /// Closes all that are open.
    pub(crate) fn finish(
        &mut self,
        out: (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        let none = ExternalSorter::new(0, &self.stop);
        let mut any_order = std::mem::replace(&mut self.unordered, none);
        if any_order.spilled_rows() > 0 {
            // What is left of them would take memory beside the seconds.
            any_order.spill()?;
        }
        let mut any_order = any_order.merge()?;
        while let Some((second, _)) = any_order.peek() {
            self.row.clear();
            self.row.extend_from_slice(any_order.row());
            self.add_row(second, 0, (&mut *out.0, &mut *out.1))?;
            any_order.advance()?;
        }
        let next = self.new_bucket();
        let (second, rows) = std::mem::replace(&mut self.current, (i64::MIN, next));
        self.open.insert(second, rows);
        while let Some((second, rows)) = self.open.pop_first() {
            self.close_bucket(second, rows, (&mut *out.0, &mut *out.1))?;
        }
        Ok(())
    }

    fn close_bucket(
        &mut self,
        second: i64,
        held: SecondBucket,
        (reorder, sink): (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        let again = second <= self.newest_closed;
        self.reopened_count += u64::from(again);
        self.newest_closed = self.newest_closed.max(second);
        let part = if again { self.reopened_count } else { 0 };
        self.size_bytes -= held.rows.size_bytes();
        let start = second.saturating_mul(LogTimestamp::MICROS_PER_SECOND);
        let mut rows = held.rows.merge()?;
        let mut number = 0;
        for (log, count) in held.counts {
            let mut draws = self.draws.draw(self.spreading, (second, part), log, count);
            for _ in 0..count {
                let (before_us, row) = split_prefix(rows.row());
                let t_us = start
                    .saturating_add(i64::from(draws.next()))
                    .saturating_sub(before_us);
                let tie = if self.spreading.by_content {
                    content_hash(row)
                } else {
                    number
                };
                reorder.push(t_us, tie, row, sink)?;
                number += 1;
                rows.advance()?;
            }
        }
        // A few are in use at a time, unless the log jumps.
        if let MergeCursor::Memory(mut rows) = rows
            && self.spare.len() < OPEN_SECONDS as usize
        {
            rows.clear();
            rows.shrink();
            self.spare.push(rows);
        }
        Ok(())
    }
}

impl SecondBucket {
    fn new(rows: RowBuffer, stop: &StopHandle) -> Self {
        Self {
            rows: ExternalSorter::with_manual_spill(rows, MAX_RUNS_PER_SECOND, stop),
            counts: BTreeMap::new(),
        }
    }
}

/// A number as bytes of the same order.
fn encode_prefix(before_us: i64) -> [u8; PREFIX_BYTES] {
    (before_us as u64 ^ 1 << 63).to_be_bytes()
}

/// What stands before a row, and the row.
fn split_prefix(row: &[u8]) -> (i64, &[u8]) {
    match row.split_first_chunk() {
        Some((head, row)) => ((u64::from_be_bytes(*head) ^ 1 << 63) as i64, row),
        None => (0, row),
    }
}

/// What orders rows of the same time, whatever order they came in.
pub(crate) fn content_hash(row: &[u8]) -> u64 {
    twox_hash::XxHash64::oneshot(0, row)
}
