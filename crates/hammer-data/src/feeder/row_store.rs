//! Rows in memory or in their file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use hammer_diagnostic::excerpt;

use super::column_names::ColumnNames;
use super::file_rows::FileRows;
use super::memory_rows::MemoryRows;
use super::row::FeederRow;
use super::row_reader::FeederRowReader;
use super::{FeedError, FeedErrorKind, FeederFormat};

/// The maximum size of a file that is held in memory.
const MAX_IN_MEMORY_BYTES: u64 = 64 << 20;

/// The initial number of bytes read at a time.
const SCAN_BUFFER_BYTES: usize = 1 << 18;

/// Rows, and their storage.
pub(super) enum RowStore {
    Memory(MemoryRows),
    File(FileRows),
}

impl RowStore {
    /// Opens a file, and holds it in memory if it is small.
    pub(super) fn open(path: &Path, format: FeederFormat) -> Result<Self, FeedError> {
        let length = File::open(path).and_then(|file| file.metadata());
        match length.map_err(FeedError::unreadable)?.len() {
            0..=MAX_IN_MEMORY_BYTES => {
                let file = File::open(path).map_err(FeedError::unreadable)?;
                Self::read(file, format)
            }
            _ => FileRows::open(path, format).map(Self::File),
        }
    }

    /// Reads the rows of an input into memory.
    pub(super) fn read(input: impl Read, format: FeederFormat) -> Result<Self, FeedError> {
        let mut rows = MemoryRows::default();
        let columns = scan_rows(input, format, |row, _| rows.push(row))?;
        Ok(Self::Memory(rows.with_columns(columns)))
    }
}

/// The columns of a file.
#[derive(Debug, Default)]
pub(super) struct FeederColumns {
    pub(super) names: ColumnNames,
    /// The length of the longest field of each column.
    pub(super) max_bytes: Vec<usize>,
}

/// Reads all rows, and calls `each` with each row and its offset in the input, or the offset of empty
/// lines before it.
pub(super) fn scan_rows(
    mut input: impl Read,
    format: FeederFormat,
    mut each: impl FnMut(&FeederRow, u64) -> Result<(), FeedError>,
) -> Result<FeederColumns, FeedError> {
    let (mut reader, mut row) = (
        FeederRowReader::new(SCAN_BUFFER_BYTES).checking_quotes(),
        FeederRow::default(),
    );
    reader.skip_byte_order_mark(&mut input)?;
    let names = match format {
        FeederFormat::Csv => {
            reader.next_row(&mut input, format, &ColumnNames::default(), &mut row)?;
            let names = (0..row.fields.len()).map(|index| {
                let name = String::from_utf8(row.field(index).to_vec());
                name.map(|name| name.trim().to_owned())
                    .map_err(|_| FeedError::malformed(1, "column name that is not UTF-8"))
            });
            names.collect::<Result<Vec<_>, _>>()?
        }
        FeederFormat::JsonLines => reader.peek_keys(&mut input)?,
        FeederFormat::Lines => vec!["line".to_owned()],
    };
    let names = ColumnNames::new(names).map_err(|(duplicate, names)| {
        let problem = format!("duplicate column {}", excerpt(&names[duplicate]));
        FeedError::malformed(reader.line().max(1), problem)
    })?;
    let mut max_bytes = vec![0; names.len()];
    let mut rows = 0_u64;
    loop {
        let start = reader.bytes_consumed();
        if !reader.next_row(&mut input, format, &names, &mut row)? {
            break;
        }
        if names.len() == 0 {
            let problem = "expected an object with at least one key, found an empty one";
            return Err(FeedError::malformed(reader.line(), problem));
        }
        if row.fields.len() != names.len() {
            let problem = format!(
                "expected {} fields as in the first row, found {}",
                names.len(),
                row.fields.len()
            );
            return Err(FeedError::malformed(reader.line(), problem));
        }
        for (max, field) in max_bytes.iter_mut().zip(&row.fields) {
            *max = field.len().max(*max);
        }
        rows += 1;
        each(&row, start)?;
    }
    match rows {
        0 => {
            let message = "expected at least one row, found none";
            Err(FeedError::new(FeedErrorKind::TooFewRows, message))
        }
        _ => Ok(FeederColumns { names, max_bytes }),
    }
}
