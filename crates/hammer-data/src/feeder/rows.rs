use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::row::Row;
use super::scanner::Scanner;
use super::stream::Stream;
use super::table::Table;
use super::{FeedError, FeedErrorKind, Format};

/// The longest file that is kept in memory.
const IN_MEMORY: u64 = 64 << 20;

/// What of a file is read at a time, to begin with.
const BLOCK: usize = 1 << 18;

/// Where rows are.
pub(super) enum Rows {
    Table(Table),
    Stream(Stream),
}

impl Rows {
    /// The rows of a file; kept in memory if it is not long.
    pub(super) fn open(path: &Path, format: Format) -> Result<Self, FeedError> {
        let length = File::open(path).and_then(|file| file.metadata());
        match length.map_err(FeedError::unreadable)?.len() {
            0..=IN_MEMORY => {
                let file = File::open(path).map_err(FeedError::unreadable)?;
                Self::read(file, format)
            }
            _ => Stream::open(path, format).map(Self::Stream),
        }
    }

    /// The rows of an input, kept in memory.
    pub(super) fn read(input: impl Read, format: Format) -> Result<Self, FeedError> {
        let mut table = Table::default();
        let columns = scan(input, format, |row, _| table.push(row))?;
        Ok(Self::Table(table.with_columns(columns)))
    }
}

/// What a scan finds of the columns.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    /// The longest field of each.
    pub(super) most_bytes: Vec<usize>,
}

/// Reads all rows, and gives each of them with the byte at which it begins, or the end of the line
/// before it.
pub(super) fn scan(
    mut input: impl Read,
    format: Format,
    mut each: impl FnMut(&Row, u64) -> Result<(), FeedError>,
) -> Result<Columns, FeedError> {
    let (mut scanner, mut row) = (Scanner::new(BLOCK), Row::default());
    scanner.pass_mark(&mut input)?;
    let names = match format {
        Format::Csv => {
            scanner.next(&mut input, format, &[], &mut row)?;
            let names = (0..row.fields.len()).map(|index| {
                let name = String::from_utf8(row.field(index).to_vec());
                name.map(|name| name.trim().to_owned())
                    .map_err(|_| FeedError::malformed(1, "has a name that is not UTF-8"))
            });
            names.collect::<Result<Vec<_>, _>>()?
        }
        Format::JsonLines => scanner.keys(&mut input)?,
        Format::Lines => vec!["line".to_owned()],
    };
    if let Some(twice) = (1..names.len()).find(|index| names[..*index].contains(&names[*index])) {
        let wrong = format!("names the column {:?} twice", names[twice]);
        return Err(FeedError::malformed(scanner.line().max(1), wrong));
    }
    let mut most_bytes = vec![0; names.len()];
    let mut rows = 0_u64;
    loop {
        let start = scanner.used();
        if !scanner.next(&mut input, format, &names, &mut row)? {
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
        0 => Err(FeedError::new(FeedErrorKind::TooFew, "has no rows")),
        _ => Ok(Columns { names, most_bytes }),
    }
}
