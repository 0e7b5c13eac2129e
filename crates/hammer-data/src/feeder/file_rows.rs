//! Rows that are read from their file when they are used.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use hammer_diagnostic::printable_path;

use super::row::FeederRow;
use super::row_reader::FeederRowReader;
use super::row_store::{FeederColumns, scan_rows};
use super::{FeedError, FeedErrorKind, FeederFormat};

/// The offset in the file of every n-th row: at most 32 MiB, for any number of rows.
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
                // Half of the offsets suffice if up to twice as many rows are skipped.
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

    /// Returns an offset at or before a row, and the number of rows to skip from there.
    fn locate(&self, row: u64) -> (u64, u64) {
        (
            self.offsets[(row / self.stride) as usize],
            row % self.stride,
        )
    }
}

/// Rows that stay in their file.
///
/// Threads read rows at independent positions, so no thread waits for another. The file is read
/// completely when it is opened. Later, only a few kilobytes are read for each row, which the operating
/// system caches or prefetches.
pub(super) struct FileRows {
    file: File,
    name: Box<str>,
    format: FeederFormat,
    index: RowOffsets,
    pub(super) columns: FeederColumns,
    /// Identifies the file among the cached rows of a thread.
    id: u64,
}

/// The initial number of bytes read at a time: a page.
const READ_BUFFER_BYTES: usize = 1 << 12;

/// The last row that a thread read from a file. Hits use several fields of a row.
struct CachedRow {
    file_id: u64,
    row: Option<u64>,
    reader: FeederRowReader,
    fields: FeederRow,
}

thread_local! {
    static CACHED_ROWS: RefCell<Vec<CachedRow>> = const { RefCell::new(vec![]) };
}

/// The maximum number of files with a cached row per thread. If there are more, most feeders were
/// probably dropped.
const MAX_CACHED_ROWS: usize = 64;

impl FileRows {
    pub(super) fn open(path: &Path, format: FeederFormat) -> Result<Self, FeedError> {
        Self::with_index(path, format, RowOffsets::MAX_OFFSETS)
    }

    /// Opens a file with at most `max_offsets` offsets in the index.
    pub(super) fn with_index(
        path: &Path,
        format: FeederFormat,
        max_offsets: usize,
    ) -> Result<Self, FeedError> {
        static IDS: AtomicU64 = AtomicU64::new(0);

        let file = File::open(path).map_err(FeedError::unreadable)?;
        let mut index = RowOffsets::new(max_offsets);
        let columns = scan_rows(&file, format, |_, offset| {
            index.push(offset);
            Ok(())
        })?;
        Ok(Self {
            file,
            name: printable_path(path).into(),
            format,
            index,
            columns,
            id: IDS.fetch_add(1, Ordering::Relaxed),
        })
    }

    pub(super) fn row_count(&self) -> u64 {
        self.index.rows
    }

    /// Appends a field of an existing row. If the row is not cached, `later_row` returns a row to
    /// prefetch.
    pub(super) fn append_field(
        &self,
        row: u64,
        column: usize,
        later_row: impl FnOnce() -> Option<u64>,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        CACHED_ROWS.with_borrow_mut(|cache| {
            let cached = self.cached_row(cache);
            if cached.row != Some(row) {
                cached.row = None;
                self.read_row(row, cached)
                    .map_err(|error| error.with_name(&self.name))?;
                if let Some(later_row) = later_row() {
                    self.prefetch(later_row);
                }
                cached.row = Some(row);
            }
            to.extend_from_slice(cached.fields.field(column));
            Ok(())
        })
    }

    fn cached_row<'a>(&self, cache: &'a mut Vec<CachedRow>) -> &'a mut CachedRow {
        let index = cache.iter().position(|cached| cached.file_id == self.id);
        let index = index.unwrap_or_else(|| {
            if cache.len() == MAX_CACHED_ROWS {
                cache.clear();
            }
            cache.push(CachedRow {
                file_id: self.id,
                row: None,
                reader: FeederRowReader::new(READ_BUFFER_BYTES),
                fields: FeederRow::default(),
            });
            cache.len() - 1
        });
        &mut cache[index]
    }

    /// Asks the operating system to read a row into its cache, without waiting for it.
    fn prefetch(&self, row: u64) {
        #[cfg(target_os = "linux")]
        {
            let (offset, _) = self.index.locate(row);
            let length = std::num::NonZero::new(READ_BUFFER_BYTES as u64);
            // Only a hint: without it, a hit waits for the disk, and the report shows that.
            let _ = rustix::fs::fadvise(&self.file, offset, length, rustix::fs::Advice::WillNeed);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = row;
    }

    fn read_row(&self, row: u64, cached: &mut CachedRow) -> Result<(), FeedError> {
        let (offset, skipped) = self.index.locate(row);
        let mut input = FileCursor {
            file: &self.file,
            offset,
        };
        cached.reader.reset();
        for _ in 0..=skipped {
            let names = &self.columns.names;
            let found =
                cached
                    .reader
                    .next_row(&mut input, self.format, names, &mut cached.fields)?;
            if !found || cached.fields.fields.len() != names.len() {
                let message = "the file was changed during the run";
                return Err(FeedError::new(FeedErrorKind::Unreadable, message));
            }
        }
        Ok(())
    }
}

/// A reader of a file with a separate position.
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
        let mut file = tempfile::NamedTempFile::new().expect("created");
        let mut text = "id,name\r\n".to_owned();
        for row in 0..1_000 {
            text += &format!("{row},\"na\"\"me,\n{row}\"\r\n");
        }
        file.write_all(text.as_bytes()).expect("written");
        for max_offsets in [1, 2, 7, 64, 10_000] {
            let rows = FileRows::with_index(file.path(), FeederFormat::Csv, max_offsets);
            let rows = rows.expect("the file is valid");
            assert!(rows.index.offsets.len() <= max_offsets);
            assert_eq!(rows.row_count(), 1_000);
            for row in [0, 999, 1, 500, 500, 63, 64, 65] {
                let mut field = vec![];
                rows.append_field(row, 1, || Some(999), &mut field)
                    .expect("the row exists");
                let field = String::from_utf8(field).expect("the field is UTF-8");
                assert_eq!(field, format!("na\"me,\n{row}"), "{max_offsets} offsets");
            }
        }
    }
}
