use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::file_rows::FileRows;
use super::memory_rows::MemoryRows;
use super::row::FeederRow;
use super::row_scanner::RowScanner;
use super::{FeedError, FeedErrorKind, FeederFormat};

/// The longest file that is kept in memory.
const MAX_IN_MEMORY_BYTES: u64 = 64 << 20;

/// What of a file is read at a time, to begin with.
const SCAN_BUFFER_BYTES: usize = 1 << 18;

/// Where rows are.
pub(super) enum RowStore {
    Memory(MemoryRows),
    File(FileRows),
}

impl RowStore {
    /// The rows of a file; kept in memory if it is not long.
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

    /// The rows of an input, kept in memory.
    pub(super) fn read(input: impl Read, format: FeederFormat) -> Result<Self, FeedError> {
        let mut table = MemoryRows::default();
        let columns = scan_rows(input, format, |row, _| table.push(row))?;
        Ok(Self::Memory(table.with_columns(columns)))
    }
}

/// What a scan finds of the columns.
#[derive(Debug, Default)]
pub(super) struct FeederColumns {
    pub(super) names: Vec<String>,
    /// The longest field of each.
    pub(super) max_bytes: Vec<usize>,
}

/// Reads all rows, and gives each of them with the byte at which it begins, or the end of the line
/// before it.
pub(super) fn scan_rows(
    mut input: impl Read,
    format: FeederFormat,
    mut each: impl FnMut(&FeederRow, u64) -> Result<(), FeedError>,
) -> Result<FeederColumns, FeedError> {
    let (mut scanner, mut row) = (RowScanner::new(SCAN_BUFFER_BYTES), FeederRow::default());
    scanner.skip_byte_order_mark(&mut input)?;
    let names = match format {
        FeederFormat::Csv => {
            scanner.next_row(&mut input, format, &[], &mut row)?;
            let names = (0..row.fields.len()).map(|index| {
                let name = String::from_utf8(row.field(index).to_vec());
                name.map(|name| name.trim().to_owned())
                    .map_err(|_| FeedError::malformed(1, "has a name that is not UTF-8"))
            });
            names.collect::<Result<Vec<_>, _>>()?
        }
        FeederFormat::JsonLines => scanner.peek_keys(&mut input)?,
        FeederFormat::Lines => vec!["line".to_owned()],
    };
    if let Some(twice) = (1..names.len()).find(|index| names[..*index].contains(&names[*index])) {
        let wrong = format!("names the column {:?} twice", names[twice]);
        return Err(FeedError::malformed(scanner.line().max(1), wrong));
    }
    let mut most_bytes = vec![0; names.len()];
    let mut rows = 0_u64;
    loop {
        let start = scanner.bytes_consumed();
        if !scanner.next_row(&mut input, format, &names, &mut row)? {
            break;
        }
        if names.is_empty() {
            return Err(FeedError::malformed(scanner.line(), "has no keys"));
        }
        if row.fields.len() != names.len() {
            let wrong = format!(
                "has {} fields where the first row names {} columns",
                row.fields.len(),
                names.len()
            );
            return Err(FeedError::malformed(scanner.line(), wrong));
        }
        for (most, field) in most_bytes.iter_mut().zip(&row.fields) {
            *most = field.len().max(*most);
        }
        rows += 1;
        each(&row, start)?;
    }
    match rows {
        0 => Err(FeedError::new(FeedErrorKind::TooFewRows, "has no rows")),
        _ => Ok(FeederColumns {
            names,
            max_bytes: most_bytes,
        }),
    }
}
