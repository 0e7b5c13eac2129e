//! Merge of sorted segments.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, Read};

use super::external_sorter::sort_error;
use super::row_buffer::RowBuffer;
use crate::Error;

/// Merges sorted segments: those in spill files and one in memory.
#[derive(Debug)]
pub(crate) struct MergeHeap {
    heads: BinaryHeap<SegmentHead>,
    files: Vec<BufReader<File>>,
    rows: RowBuffer,
}

/// The next row of a segment.
#[derive(Debug)]
struct SegmentHead {
    t_us: i64,
    tie: u64,
    row: Vec<u8>,
    segment: usize,
}

impl MergeHeap {
    pub(super) fn new(files: Vec<File>, rows: RowBuffer) -> Result<Self, Error> {
        let reader = |file| BufReader::with_capacity(1 << 17, file);
        let mut heap = Self {
            heads: BinaryHeap::new(),
            files: files.into_iter().map(reader).collect(),
            rows,
        };
        for segment in 0..=heap.files.len() {
            let head = heap.read_head(segment, Vec::new())?;
            heap.heads.extend(head);
        }
        Ok(heap)
    }

    pub(super) fn peek(&self) -> Option<(i64, u64)> {
        self.heads.peek().map(|head| (head.t_us, head.tie))
    }

    pub(super) fn row(&self) -> &[u8] {
        self.heads.peek().map_or(&[], |head| &head.row)
    }

    pub(super) fn advance(&mut self) -> Result<(), Error> {
        if let Some(head) = self.heads.pop() {
            let next = self.read_head(head.segment, head.row)?;
            self.heads.extend(next);
        }
        Ok(())
    }

    /// Reads the next row of a segment. The last segment is the one in memory.
    fn read_head(
        &mut self,
        segment: usize,
        mut row: Vec<u8>,
    ) -> Result<Option<SegmentHead>, Error> {
        row.clear();
        let Some(file) = self.files.get_mut(segment) else {
            let head = self.rows.first().map(|(location, bytes)| {
                row.extend_from_slice(bytes);
                SegmentHead {
                    t_us: location.t_us,
                    tie: location.tie,
                    row,
                    segment,
                }
            });
            self.rows.drop_first();
            return Ok(head);
        };
        let mut head = [0; 20];
        let read = file.read(&mut head).map_err(sort_error)?;
        if read == 0 {
            return Ok(None);
        }
        file.read_exact(&mut head[read..]).map_err(sort_error)?;
        let (t_us, rest) = head.split_first_chunk().expect("20 bytes are left");
        let (tie, rest) = rest.split_first_chunk().expect("12 bytes are left");
        let length = u32::from_le_bytes(*rest.first_chunk().expect("4 bytes are left"));
        row.resize(length as usize, 0);
        file.read_exact(&mut row).map_err(sort_error)?;
        Ok(Some(SegmentHead {
            t_us: i64::from_le_bytes(*t_us),
            tie: u64::from_le_bytes(*tie),
            row,
            segment,
        }))
    }
}

/// Orders the earliest row last, since `BinaryHeap` is a max-heap.
impl Ord for SegmentHead {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = (other.t_us, other.tie).cmp(&(self.t_us, self.tie));
        order.then_with(|| other.row.cmp(&self.row))
    }
}

impl PartialOrd for SegmentHead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SegmentHead {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SegmentHead {}
