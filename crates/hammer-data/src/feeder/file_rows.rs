use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::row::FeederRow;
use super::row_scanner::RowScanner;
use super::row_store::{FeederColumns, scan_rows};
use super::{FeedError, FeederFormat};

/// Where in the file every n-th row begins: 32 MiB at most, for any number of rows.
struct RowOffsets {
    offsets: Vec<u64>,
    stride: u64,
    rows: u64,
    max_offsets: usize,
}

impl RowOffsets {
    const MAX_OFFSETS: usize = 4 << 20;

    fn new(max_offsets: usize) -> Self {
        Self {
            offsets: vec![],
            stride: 1,
            rows: 0,
            max_offsets,
        }
    }

    fn push(&mut self, offset: u64) {
        if self.rows.is_multiple_of(self.stride) {
            if self.offsets.len() == self.max_offsets {
                // Half of them are as good, with twice as many rows to pass over.
                let mut keep = [true, false].into_iter().cycle();
                self.offsets.retain(|_| keep.next().unwrap_or_default());
                self.stride *= 2;
            }
            if self.rows.is_multiple_of(self.stride) {
                self.offsets.push(offset);
            }
        }
        self.rows += 1;
    }

    /// A byte from which on to read, and how many rows to pass over there.
    fn locate(&self, row: u64) -> (u64, u64) {
        (
            self.offsets[(row / self.stride) as usize],
            row % self.stride,
        )
    }
}

/// Rows that stay in their file.
///
/// Any thread reads any row, with a position of its own: nobody waits for another. The file is
/// read once from start to end when it is opened; afterwards only where rows are asked for, a few
/// kilobytes at a time, which the system keeps or fetches ahead.
pub(super) struct FileRows {
    file: File,
    format: FeederFormat,
    index: RowOffsets,
    pub(super) columns: FeederColumns,
    /// Tells the rows that a thread keeps from those of other streams.
    id: u64,
}

/// What is read of a file at a time, to begin with: a page.
const READ_BUFFER_BYTES: usize = 1 << 12;

/// The row that a thread had last from a stream. A hit asks for several fields of one row.
struct CachedRow {
    file_id: u64,
    row: Option<u64>,
    scanner: RowScanner,
    fields: FeederRow,
}

thread_local! {
    static CACHED_ROWS: RefCell<Vec<CachedRow>> = const { RefCell::new(vec![]) };
}

/// So many streams a thread keeps rows of; what is beyond was most likely dropped.
const MAX_CACHED_ROWS: usize = 64;

impl FileRows {
    pub(super) fn open(path: &Path, format: FeederFormat) -> Result<Self, FeedError> {
        Self::with_index(path, format, RowOffsets::MAX_OFFSETS)
    }

    /// With at most this many offsets in the index.
    pub(super) fn with_index(
        path: &Path,
        format: FeederFormat,
        most: usize,
    ) -> Result<Self, FeedError> {
        static IDS: AtomicU64 = AtomicU64::new(0);

        let file = File::open(path).map_err(FeedError::unreadable)?;
        let mut index = RowOffsets::new(most);
        let columns = scan_rows(&file, format, |_, offset| {
            index.push(offset);
            Ok(())
        })?;
        Ok(Self {
            file,
            format,
            index,
            columns,
            id: IDS.fetch_add(1, Ordering::Relaxed),
        })
    }

    pub(super) fn rows(&self) -> u64 {
        self.index.rows
    }

    /// Appends a field of a row that there is. `soon` is a row that will be asked for after others.
    pub(super) fn append_field(
        &self,
        row: u64,
        column: usize,
        soon: impl FnOnce() -> Option<u64>,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        CACHED_ROWS.with_borrow_mut(|kept| {
            let kept = self.cached_row(kept);
            if kept.row != Some(row) {
                kept.row = None;
                self.read_row(row, kept)?;
                if let Some(soon) = soon() {
                    self.fetch_ahead(soon);
                }
                kept.row = Some(row);
            }
            to.extend_from_slice(kept.fields.field(column));
            Ok(())
        })
    }

    fn cached_row<'a>(&self, kept: &'a mut Vec<CachedRow>) -> &'a mut CachedRow {
        let index = kept.iter().position(|kept| kept.file_id == self.id);
        let index = index.unwrap_or_else(|| {
            if kept.len() == MAX_CACHED_ROWS {
                kept.clear();
            }
            kept.push(CachedRow {
                file_id: self.id,
                row: None,
                scanner: RowScanner::new(READ_BUFFER_BYTES),
                fields: FeederRow::default(),
            });
            kept.len() - 1
        });
        &mut kept[index]
    }

    /// Has the system read the place of a row into its cache, without waiting for it.
    fn fetch_ahead(&self, row: u64) {
        #[cfg(target_os = "linux")]
        {
            let (offset, _) = self.index.locate(row);
            let length = std::num::NonZero::new(READ_BUFFER_BYTES as u64);
            // It is a hint: without it a hit waits, which the report shows.
            let _ = rustix::fs::fadvise(&self.file, offset, length, rustix::fs::Advice::WillNeed);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = row;
    }

    fn read_row(&self, row: u64, kept: &mut CachedRow) -> Result<(), FeedError> {
        let (offset, pass) = self.index.locate(row);
        let mut input = FileCursor {
            file: &self.file,
            offset,
        };
        kept.scanner.reset();
        for _ in 0..=pass {
            let names = &self.columns.names;
            let found = kept
                .scanner
                .next_row(&mut input, self.format, names, &mut kept.fields)?;
            if !found || kept.fields.fields.len() != names.len() {
                let wrong = "was changed while it was used";
                return Err(FeedError::unreadable(io::Error::other(wrong)));
            }
        }
        Ok(())
    }
}

/// A file from a byte on, with a position of its own.
struct FileCursor<'a> {
    file: &'a File,
    offset: u64,
}

impl Read for FileCursor<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, to, self.offset)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, to, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_small_index_finds_every_row() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let mut text = "id,name\r\n".to_owned();
        for row in 0..1_000 {
            text += &format!("{row},\"na\"\"me,\n{row}\"\r\n");
        }
        file.write_all(text.as_bytes()).expect("written");
        for most in [1, 2, 7, 64, 10_000] {
            let stream = FileRows::with_index(file.path(), FeederFormat::Csv, most).expect("rows");
            assert!(stream.index.offsets.len() <= most);
            assert_eq!(stream.rows(), 1_000);
            for row in [0, 999, 1, 500, 500, 63, 64, 65] {
                let mut field = vec![];
                stream
                    .append_field(row, 1, || Some(999), &mut field)
                    .expect("a row");
                let field = String::from_utf8(field).expect("text");
                assert_eq!(field, format!("na\"me,\n{row}"), "index of {most}");
            }
        }
    }
}
