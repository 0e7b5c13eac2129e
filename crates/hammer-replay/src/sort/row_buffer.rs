//! Rows in memory.

use std::collections::VecDeque;

/// Maximum size of a chunk. Memory is freed and reused in chunks, so that it does not fragment with the
/// sizes of rows.
const MAX_CHUNK_BYTES: usize = 1 << 18;
/// Maximum number of empty chunks to keep.
const MAX_SPARE_CHUNKS: usize = 16;

/// Rows in memory: their bytes in chunks, and the location of each row.
#[derive(Debug)]
pub(crate) struct RowBuffer {
    chunk_bytes: usize,
    locations: VecDeque<BufferedRowEntry>,
    chunks: VecDeque<RowByteChunk>,
    /// The number of the first chunk.
    first_chunk: u32,
    /// Memory of empty chunks.
    spare: Vec<Vec<u8>>,
    /// Memory of the chunks with rows, in bytes.
    held_bytes: usize,
    /// True if all rows so far came in order.
    sorted: bool,
}

#[derive(Debug, Default)]
struct RowByteChunk {
    bytes: Vec<u8>,
    rows: u32,
}

/// The time and the tie value of a row, and the location of its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BufferedRowEntry {
    pub(crate) t_us: i64,
    pub(crate) tie: u64,
    chunk: u32,
    at: u32,
    length: u32,
}

impl RowBuffer {
    /// Makes a buffer for up to `max_bytes`, with chunks that are a small part of them.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self::with_chunk_bytes((max_bytes / 32).clamp(1 << 10, MAX_CHUNK_BYTES))
    }

    /// Makes a buffer with chunks of this size.
    pub(crate) fn with_chunk_bytes(chunk_bytes: usize) -> Self {
        Self {
            chunk_bytes,
            locations: VecDeque::new(),
            chunks: VecDeque::new(),
            first_chunk: 0,
            spare: Vec::new(),
            held_bytes: 0,
            sorted: false,
        }
    }

    /// The memory of rows and locations, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.held_bytes + self.locations.len() * size_of::<BufferedRowEntry>()
    }

    pub(crate) fn len(&self) -> usize {
        self.locations.len()
    }

    #[inline]
    pub(crate) fn push(&mut self, t_us: i64, tie: u64, row: &[u8]) {
        let last = self.locations.back();
        let in_order = last.is_none_or(|last| (last.t_us, last.tie) <= (t_us, tie));
        self.sorted = in_order && (self.sorted || self.locations.is_empty());
        let has_room =
            |chunk: &RowByteChunk| chunk.bytes.capacity() - chunk.bytes.len() >= row.len();
        if !self.chunks.back().is_some_and(has_room) {
            self.add_chunk(row.len());
        }
        let number = self.first_chunk.wrapping_add(self.chunks.len() as u32 - 1);
        let Some(chunk) = self.chunks.back_mut() else {
            return;
        };
        if self.locations.len() == self.locations.capacity() {
            // Growth by a quarter instead of doubling keeps the counted size near the allocated size.
            self.locations
                .reserve_exact((self.locations.len() / 4).max(16));
        }
        self.locations.push_back(BufferedRowEntry {
            t_us,
            tie,
            chunk: number,
            // A chunk is far smaller than 4 GiB.
            at: chunk.bytes.len() as u32,
            length: row.len() as u32,
        });
        chunk.bytes.extend_from_slice(row);
        chunk.rows += 1;
    }

    #[cold]
    fn add_chunk(&mut self, min_bytes: usize) {
        if min_bytes > self.chunk_bytes {
            // A row of this size gets a new chunk, so the spare ones would only waste memory.
            self.spare.clear();
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.reserve_exact(self.chunk_bytes.max(min_bytes));
        self.held_bytes += bytes.capacity();
        self.chunks.push_back(RowByteChunk { bytes, rows: 0 });
    }

    /// Sorts the rows by time, then by tie value, then by their bytes.
    pub(crate) fn sort(&mut self) {
        if self.sorted {
            return;
        }
        let mut locations = std::mem::take(&mut self.locations);
        // The stable sort is fast for input that is mostly sorted.
        locations.make_contiguous().sort_by(|a, b| {
            let order = (a.t_us, a.tie).cmp(&(b.t_us, b.tie));
            order.then_with(|| self.row(a).cmp(self.row(b)))
        });
        self.locations = locations;
        self.sorted = true;
    }

    #[inline]
    pub(crate) fn row(&self, location: &BufferedRowEntry) -> &[u8] {
        let chunk = &self.chunks[location.chunk.wrapping_sub(self.first_chunk) as usize];
        &chunk.bytes[location.at as usize..][..location.length as usize]
    }

    /// Returns the first row, which is the earliest after a sort.
    pub(crate) fn first(&self) -> Option<(BufferedRowEntry, &[u8])> {
        let location = self.locations.front()?;
        Some((*location, self.row(location)))
    }

    /// Drops the first row.
    #[inline]
    pub(crate) fn drop_first(&mut self) {
        let Some(location) = self.locations.pop_front() else {
            return;
        };
        let index = location.chunk.wrapping_sub(self.first_chunk) as usize;
        let chunk = &mut self.chunks[index];
        chunk.rows -= 1;
        // The last chunk is still being filled.
        if chunk.rows == 0 && index + 1 < self.chunks.len() {
            self.free(index);
        }
    }

    #[cold]
    fn free(&mut self, index: usize) {
        let mut bytes = std::mem::take(&mut self.chunks[index].bytes);
        self.held_bytes -= bytes.capacity();
        bytes.clear();
        if bytes.capacity() <= self.chunk_bytes {
            self.spare.push(bytes);
        }
        while self.chunks.len() > 1 && self.chunks[0].rows == 0 {
            if self.chunks[0].bytes.capacity() > 0 {
                self.free(0);
                return;
            }
            self.chunks.pop_front();
            self.first_chunk = self.first_chunk.wrapping_add(1);
        }
    }

    /// Frees the memory for the locations of many rows.
    pub(crate) fn shrink(&mut self) {
        self.locations.shrink_to(1 << 10);
    }

    /// Drops all rows and keeps a few of their chunks.
    pub(crate) fn clear(&mut self) {
        self.locations.clear();
        self.spare.truncate(MAX_SPARE_CHUNKS);
        for mut chunk in self.chunks.drain(..) {
            let capacity = chunk.bytes.capacity();
            if self.spare.len() < MAX_SPARE_CHUNKS && (1..=self.chunk_bytes).contains(&capacity) {
                chunk.bytes.clear();
                self.spare.push(chunk.bytes);
            }
        }
        self.held_bytes = 0;
        self.sorted = false;
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_CHUNK_BYTES, RowBuffer};

    #[test]
    fn dropped_rows_free_memory() {
        let mut rows = RowBuffer::new(usize::MAX);
        let row = |n: u64| vec![n as u8; 1 + (n * 7919 % 1_000) as usize];
        let mut last_us = 0;
        for n in 0..20_000 {
            // Every hundredth row stays far longer than its neighbors.
            let t = if n % 100 == 0 { n + 5_000 } else { n };
            rows.push(t as i64, n, &row(n));
            if rows.len() == 6_000 {
                rows.sort();
                for _ in 0..3_000 {
                    let (location, bytes) = rows.first().expect("a row");
                    assert_eq!(bytes, row(location.tie), "{location:?}");
                    assert!(location.t_us >= last_us);
                    last_us = location.t_us;
                    rows.drop_first();
                }
            }
        }
        assert!(
            rows.size_bytes() < 40 * MAX_CHUNK_BYTES,
            "{} bytes",
            rows.size_bytes()
        );
        rows.clear();
        assert!(rows.size_bytes() == 0 && rows.first().is_none());
    }

    /// Regression: a row longer than a chunk was counted as one chunk.
    #[test]
    fn long_rows_are_counted_by_their_size() {
        let mut rows = RowBuffer::new(usize::MAX);
        let row = vec![b'x'; 4 * MAX_CHUNK_BYTES];
        (0..10).for_each(|n| rows.push(n, 0, &row));
        assert!(
            rows.size_bytes() >= 40 * MAX_CHUNK_BYTES,
            "{} bytes",
            rows.size_bytes()
        );
        (0..9).for_each(|_| rows.drop_first());
        assert!(
            rows.size_bytes() <= 5 * MAX_CHUNK_BYTES,
            "{} bytes",
            rows.size_bytes()
        );
    }
}
