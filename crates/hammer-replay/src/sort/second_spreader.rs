//! Placement of rows whose timestamps have whole seconds.

use std::collections::BTreeMap;

use hammer_core::StopHandle;

use super::external_sorter::{ExternalSorter, SortedRowCursor};
use super::reorder_window::{ReorderWindow, RowSink};
use super::row_buffer::RowBuffer;
use super::row_offset_generator::RowOffsetGenerator;
use crate::Error;
use crate::time::LogTimestamp;
use crate::timeline::TimestampSpread;

/// Time in the log during which a second accepts late lines, in seconds.
const OPEN_SECONDS: i64 = 120;
/// The shortest such time, used when memory is short. Seconds that are still open then go to disk.
const MIN_OPEN_SECONDS: i64 = 10;
/// Maximum number of spill files for one second.
const MAX_SPILL_FILES_PER_SECOND: usize = 32;
/// Maximum size of a chunk of a second.
const MAX_CHUNK_BYTES: usize = 1 << 13;

/// The placement of rows whose timestamps have whole seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpreadOptions {
    pub(crate) spread: TimestampSpread,
    pub(crate) seed: u64,
    /// True to order the rows of a second by their content instead of their lines.
    pub(crate) by_content: bool,
}

/// Collects rows by second, and gives each an offset within its second when the second is closed.
///
/// The draws of a second depend only on the seed, the second, the log and the number of rows. They are
/// sorted and assigned in the order of the rows. Each log has separate draws, since the order of rows
/// between logs is unknown. Seconds that take too much memory go to disk.
///
/// Rows that are ordered by content may come in any order, so no second is closed until all rows have
/// come.
#[derive(Debug)]
pub(crate) struct SecondSpreader {
    /// Rows that are ordered by content, sorted by their second and the hash of their content.
    unordered: ExternalSorter,
    open: BTreeMap<i64, SameSecondRows>,
    /// The second of the last row, which is not in the map.
    current: (i64, SameSecondRows),
    newest_second: i64,
    /// The newest second that was closed.
    newest_closed: i64,
    /// Number of times that a second was closed again. Each time it has new draws.
    reopened_count: u64,
    options: SpreadOptions,
    size_bytes: usize,
    max_bytes: usize,
    /// Empty buffers for new seconds.
    spare: Vec<RowBuffer>,
    offsets: RowOffsetGenerator,
    row: Vec<u8>,
    stop: StopHandle,
}

#[derive(Debug)]
struct SameSecondRows {
    /// The rows, sorted by log (always 0 if rows are ordered by content) and row number. Each row has a
    /// prefix: the time between its arrival and its timestamp, and its tie value.
    rows: ExternalSorter,
    /// The number of rows of each log.
    counts: BTreeMap<u32, u64>,
}

/// Size of the prefix of a row.
const PREFIX_BYTES: usize = 16;

impl SecondSpreader {
    pub(crate) fn new(options: SpreadOptions, max_bytes: usize, stop: &StopHandle) -> Self {
        let mut spreader = Self {
            unordered: ExternalSorter::new(max_bytes, stop),
            open: BTreeMap::new(),
            current: (i64::MIN, SameSecondRows::new(RowBuffer::new(0), stop)),
            newest_second: i64::MIN,
            newest_closed: i64::MIN,
            reopened_count: 0,
            options,
            size_bytes: 0,
            max_bytes,
            spare: Vec::new(),
            offsets: RowOffsetGenerator::default(),
            row: Vec::new(),
            stop: stop.clone(),
        };
        spreader.current.1 = spreader.new_bucket();
        spreader
    }

    fn new_bucket(&mut self) -> SameSecondRows {
        let chunk = (self.max_bytes / 32).clamp(1 << 10, MAX_CHUNK_BYTES);
        let rows = self
            .spare
            .pop()
            .unwrap_or_else(|| RowBuffer::with_chunk_bytes(chunk));
        SameSecondRows::new(rows, &self.stop)
    }

    /// Adds a row of `log` with a timestamp in `second`, which arrived `before_us` earlier. `tie` orders
    /// it among rows of the same arrival.
    pub(crate) fn push(
        &mut self,
        second: i64,
        before_us: i64,
        (log, tie): (u32, u64),
        row: &[u8],
        out: (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        self.row.clear();
        self.row.extend_from_slice(&encode_prefix(before_us, tie));
        self.row.extend_from_slice(row);
        if self.options.by_content {
            return self.unordered.push(second, tie, &self.row);
        }
        self.add_row(second, log, out)
    }

    /// Adds `self.row` to its second.
    fn add_row(
        &mut self,
        second: i64,
        log: u32,
        out: (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        if second != self.current.0 {
            self.switch_to(second, (&mut *out.0, &mut *out.1))?;
        }
        let SameSecondRows { rows, counts } = &mut self.current.1;
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

    /// Frees memory: closes seconds that are unlikely to get more rows, then spills to disk.
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

    /// Closes the oldest second if it is more than `seconds` older than the newest.
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

    /// Closes all open seconds.
    pub(crate) fn finish(
        &mut self,
        out: (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        let none = ExternalSorter::new(0, &self.stop);
        let mut unordered = std::mem::replace(&mut self.unordered, none);
        if unordered.spilled_rows() > 0 {
            // Rows left in memory would come on top of the memory of the seconds.
            unordered.spill()?;
        }
        let mut unordered = unordered.merge()?;
        while let Some((second, _)) = unordered.peek() {
            self.row.clear();
            self.row.extend_from_slice(unordered.row());
            self.add_row(second, 0, (&mut *out.0, &mut *out.1))?;
            unordered.advance()?;
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
        bucket: SameSecondRows,
        (reorder, sink): (&mut ReorderWindow, &mut impl RowSink),
    ) -> Result<(), Error> {
        let reopened = second <= self.newest_closed;
        self.reopened_count += u64::from(reopened);
        self.newest_closed = self.newest_closed.max(second);
        let part = if reopened { self.reopened_count } else { 0 };
        self.size_bytes -= bucket.rows.size_bytes();
        let start = second.saturating_mul(LogTimestamp::MICROS_PER_SECOND);
        let mut rows = bucket.rows.merge()?;
        for (log, count) in bucket.counts {
            let mut offsets = self.offsets.draw(self.options, (second, part), log, count);
            for _ in 0..count {
                let (before_us, tie, row) = split_prefix(rows.row());
                let t_us = start
                    .saturating_add(i64::from(offsets.next()))
                    .saturating_sub(before_us);
                reorder.push(t_us, tie, row, sink)?;
                rows.advance()?;
            }
        }
        // Few seconds are open at a time, unless the log jumps.
        if let SortedRowCursor::Memory(mut rows) = rows
            && self.spare.len() < OPEN_SECONDS as usize
        {
            rows.clear();
            rows.shrink();
            self.spare.push(rows);
        }
        Ok(())
    }
}

impl SameSecondRows {
    fn new(rows: RowBuffer, stop: &StopHandle) -> Self {
        Self {
            rows: ExternalSorter::with_manual_spill(rows, MAX_SPILL_FILES_PER_SECOND, stop),
            counts: BTreeMap::new(),
        }
    }
}

/// Encodes a prefix as bytes that sort by time and then by tie value.
fn encode_prefix(before_us: i64, tie: u64) -> [u8; PREFIX_BYTES] {
    let time = u128::from(before_us as u64 ^ 1 << 63);
    (time << 64 | u128::from(tie)).to_be_bytes()
}

/// Splits a row into its prefix, which is a time and a tie value, and the rest.
fn split_prefix(row: &[u8]) -> (i64, u64, &[u8]) {
    match row.split_first_chunk() {
        Some((prefix, row)) => {
            let prefix = u128::from_be_bytes(*prefix);
            (((prefix >> 64) as u64 ^ 1 << 63) as i64, prefix as u64, row)
        }
        None => (0, 0, row),
    }
}

/// Returns the tie value that orders rows of the same time independently of their lines.
pub(crate) fn content_hash(row: &[u8]) -> u64 {
    twox_hash::XxHash64::oneshot(0, row)
}
