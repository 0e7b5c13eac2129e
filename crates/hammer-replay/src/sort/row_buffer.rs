use std::collections::VecDeque;

/// How large a piece of memory is at most. What is freed and taken again is one of these, so that memory
/// does not depend on how the sizes of rows fall.
const MAX_CHUNK_BYTES: usize = 1 << 18;
/// Chunks of rows that were dropped whose memory is kept.
const MAX_SPARE_CHUNKS: usize = 16;

/// Rows in memory: their bytes in chunks, and where each stands.
#[derive(Debug)]
pub(crate) struct RowBuffer {
    chunk_bytes: usize,
    locations: VecDeque<RowLocation>,
    chunks: VecDeque<RowChunk>,
    /// The number of the first chunk.
    first_chunk: u32,
    /// Memory of chunks without a row.
    spare: Vec<Vec<u8>>,
    /// Bytes of memory that chunks hold.
    held_bytes: usize,
    /// Whether they came in order so far.
    sorted: bool,
}

#[derive(Debug, Default)]
struct RowChunk {
    bytes: Vec<u8>,
    rows: u32,
}

/// A row's time, what orders it among those of the same time, and where its bytes are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowLocation {
    pub(crate) t_us: i64,
    pub(crate) tie: u64,
    chunk: u32,
    at: u32,
    length: u32,
}

impl RowBuffer {
    /// Rows that are to take up to `most_bytes`, in chunks that are a small part of it.
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self::with_chunk_bytes((most_bytes / 32).clamp(1 << 10, MAX_CHUNK_BYTES))
    }

    /// Rows in chunks of this size.
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

    /// Bytes that they take, all in all.
    pub(crate) fn size_bytes(&self) -> usize {
        self.held_bytes + self.locations.len() * size_of::<RowLocation>()
    }

    pub(crate) fn len(&self) -> usize {
        self.locations.len()
    }

    #[inline]
    pub(crate) fn push(&mut self, t_us: i64, tie: u64, row: &[u8]) {
        let last = self.locations.back();
        let behind = last.is_none_or(|last| (last.t_us, last.tie) <= (t_us, tie));
        self.sorted = behind && (self.sorted || self.locations.is_empty());
        let room = |chunk: &RowChunk| chunk.bytes.capacity() - chunk.bytes.len() >= row.len();
        if !self.chunks.back().is_some_and(room) {
            self.add_chunk(row.len());
        }
        let number = self.first_chunk.wrapping_add(self.chunks.len() as u32 - 1);
        let Some(chunk) = self.chunks.back_mut() else {
            return;
        };
        if self.locations.len() == self.locations.capacity() {
            // By a quarter, and not to the double: what is counted is what is taken, or nearly.
            self.locations
                .reserve_exact((self.locations.len() / 4).max(16));
        }
        self.locations.push_back(RowLocation {
            t_us,
            tie,
            chunk: number,
            // A row is far shorter than four gigabytes, and so is a chunk.
            at: chunk.bytes.len() as u32,
            length: row.len() as u32,
        });
        chunk.bytes.extend_from_slice(row);
        chunk.rows += 1;
    }

    #[cold]
    fn add_chunk(&mut self, least: usize) {
        if least > self.chunk_bytes {
            // Rows so long have chunks of their own, and the memory of the others is not to lie idle.
            self.spare.clear();
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.reserve_exact(self.chunk_bytes.max(least));
        self.held_bytes += bytes.capacity();
        self.chunks.push_back(RowChunk { bytes, rows: 0 });
    }

    /// Sorts them by time; those of the same time and tie by their bytes.
    pub(crate) fn sort(&mut self) {
        if self.sorted {
            return;
        }
        let mut places = std::mem::take(&mut self.locations);
        // A stable sort finds that the most are sorted already.
        places.make_contiguous().sort_by(|a, b| {
            let order = (a.t_us, a.tie).cmp(&(b.t_us, b.tie));
            order.then_with(|| self.row(a).cmp(self.row(b)))
        });
        self.locations = places;
        self.sorted = true;
    }

    #[inline]
    pub(crate) fn row(&self, place: &RowLocation) -> &[u8] {
        let chunk = &self.chunks[place.chunk.wrapping_sub(self.first_chunk) as usize];
        &chunk.bytes[place.at as usize..][..place.length as usize]
    }

    /// The first row, which is the earliest if they were sorted.
    pub(crate) fn first(&self) -> Option<(RowLocation, &[u8])> {
        let place = self.locations.front()?;
        Some((*place, self.row(place)))
    }

    /// Drops the first row.
    #[inline]
    pub(crate) fn drop_first(&mut self) {
        let Some(place) = self.locations.pop_front() else {
            return;
        };
        let index = place.chunk.wrapping_sub(self.first_chunk) as usize;
        let chunk = &mut self.chunks[index];
        chunk.rows -= 1;
        // The last one is being filled.
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

    /// Keeps no memory for many rows.
    pub(crate) fn shrink(&mut self) {
        self.locations.shrink_to(1 << 10);
    }

    /// Drops them all; a little of their memory is kept.
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
    fn what_leaves_makes_room() {
        let mut rows = RowBuffer::new(usize::MAX);
        let row = |n: u64| vec![n as u8; 1 + (n * 7919 % 1_000) as usize];
        let mut left = 0;
        for n in 0..20_000 {
            // Every hundredth stays far longer than its neighbours.
            let t = if n % 100 == 0 { n + 5_000 } else { n };
            rows.push(t as i64, n, &row(n));
            if rows.len() == 6_000 {
                rows.sort();
                for _ in 0..3_000 {
                    let (place, bytes) = rows.first().expect("a row");
                    assert_eq!(bytes, row(place.tie), "{place:?}");
                    assert!(place.t_us >= left);
                    left = place.t_us;
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

    /// Rows that were longer than a chunk were counted as one.
    #[test]
    fn long_rows_are_counted_with_all_of_their_bytes() {
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
