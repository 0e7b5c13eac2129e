use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::row::Row;
use super::rows::{Columns, scan};
use super::scanner::Scanner;
use super::{FeedError, Format};

/// Where in the file every n-th row begins: 32 MiB at most, for any number of rows.
struct Index {
    offsets: Vec<u64>,
    every: u64,
    rows: u64,
    most: usize,
}

impl Index {
    const MOST: usize = 4 << 20;

    fn new(most: usize) -> Self {
        Self {
            offsets: vec![],
            every: 1,
            rows: 0,
            most,
        }
    }

    fn push(&mut self, offset: u64) {
        if self.rows.is_multiple_of(self.every) {
            if self.offsets.len() == self.most {
                // Half of them are as good, with twice as many rows to pass over.
                let mut keep = [true, false].into_iter().cycle();
                self.offsets.retain(|_| keep.next().unwrap_or_default());
                self.every *= 2;
            }
            if self.rows.is_multiple_of(self.every) {
                self.offsets.push(offset);
            }
        }
        self.rows += 1;
    }

    /// A byte from which on to read, and how many rows to pass over there.
    fn get(&self, row: u64) -> (u64, u64) {
        (self.offsets[(row / self.every) as usize], row % self.every)
    }
}

/// Rows that stay in their file.
///
/// Any thread reads any row, with a position of its own: nobody waits for another. The file is
/// read once from start to end when it is opened; afterwards only where rows are asked for, a few
/// kilobytes at a time, which the system keeps or fetches ahead.
pub(super) struct Stream {
    file: File,
    format: Format,
    index: Index,
    pub(super) columns: Columns,
    /// Tells the rows that a thread keeps from those of other streams.
    id: u64,
}

/// What is read of a file at a time, to begin with: a page.
const BLOCK: usize = 1 << 12;

/// The row that a thread had last from a stream. A hit asks for several fields of one row.
struct Kept {
    id: u64,
    row: Option<u64>,
    scanner: Scanner,
    fields: Row,
}

thread_local! {
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(vec![]) };
}

/// So many streams a thread keeps rows of; what is beyond was most likely dropped.
const MOST_KEPT: usize = 64;

impl Stream {
    pub(super) fn open(path: &Path, format: Format) -> Result<Self, FeedError> {
        Self::with_index(path, format, Index::MOST)
    }

    /// With at most this many offsets in the index.
    pub(super) fn with_index(path: &Path, format: Format, most: usize) -> Result<Self, FeedError> {
        static IDS: AtomicU64 = AtomicU64::new(0);

        let file = File::open(path).map_err(FeedError::unreadable)?;
        let mut index = Index::new(most);
        let columns = scan(&file, format, |_, offset| {
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
    pub(super) fn push(
        &self,
        row: u64,
        column: usize,
        soon: impl FnOnce() -> Option<u64>,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        KEPT.with_borrow_mut(|kept| {
            let kept = self.kept(kept);
            if kept.row != Some(row) {
                kept.row = None;
                self.read(row, kept)?;
                if let Some(soon) = soon() {
                    self.fetch_ahead(soon);
                }
                kept.row = Some(row);
            }
            to.extend_from_slice(kept.fields.field(column));
            Ok(())
        })
    }

    fn kept<'a>(&self, kept: &'a mut Vec<Kept>) -> &'a mut Kept {
        let index = kept.iter().position(|kept| kept.id == self.id);
        let index = index.unwrap_or_else(|| {
            if kept.len() == MOST_KEPT {
                kept.clear();
            }
            kept.push(Kept {
                id: self.id,
                row: None,
                scanner: Scanner::new(BLOCK),
                fields: Row::default(),
            });
            kept.len() - 1
        });
        &mut kept[index]
    }

    /// Has the system read the place of a row into its cache, without waiting for it.
    fn fetch_ahead(&self, row: u64) {
        #[cfg(target_os = "linux")]
        {
            let (offset, _) = self.index.get(row);
            let length = std::num::NonZero::new(BLOCK as u64);
            // It is a hint: without it a hit waits, which the report shows.
            let _ = rustix::fs::fadvise(&self.file, offset, length, rustix::fs::Advice::WillNeed);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = row;
    }

    fn read(&self, row: u64, kept: &mut Kept) -> Result<(), FeedError> {
        let (offset, pass) = self.index.get(row);
        let mut input = At {
            file: &self.file,
            offset,
        };
        kept.scanner.reset();
        for _ in 0..=pass {
            let names = &self.columns.names;
            let found = kept
                .scanner
                .next(&mut input, self.format, names, &mut kept.fields)?;
            if !found || kept.fields.fields.len() != names.len() {
                let wrong = "was changed while it was used";
                return Err(FeedError::unreadable(io::Error::other(wrong)));
            }
        }
        Ok(())
    }
}

/// A file from a byte on, with a position of its own.
struct At<'a> {
    file: &'a File,
    offset: u64,
}

impl Read for At<'_> {
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
            let stream = Stream::with_index(file.path(), Format::Csv, most).expect("rows");
            assert!(stream.index.offsets.len() <= most);
            assert_eq!(stream.rows(), 1_000);
            for row in [0, 999, 1, 500, 500, 63, 64, 65] {
                let mut field = vec![];
                stream
                    .push(row, 1, || Some(999), &mut field)
                    .expect("a row");
                let field = String::from_utf8(field).expect("text");
                assert_eq!(field, format!("na\"me,\n{row}"), "index of {most}");
            }
        }
    }
}
