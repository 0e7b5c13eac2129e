use std::io::{BufRead, BufReader, Read};

use crate::sort::{MergeCursor, RowSink, content_hash};
use crate::{Error, ErrorKind};

/// Merges the rows of a timeline that was written already with those that were too late for it.
///
/// `epoch_us` is where its times count from.
pub(super) fn merge_late_rows(
    written: impl Read,
    epoch_us: i64,
    late: &mut MergeCursor,
    sink: &mut impl RowSink,
) -> Result<(), Error> {
    let mut lines = BufReader::with_capacity(1 << 18, written);
    let mut line = Vec::new();
    let mut header = true;
    loop {
        line.clear();
        lines.read_until(b'\n', &mut line).map_err(|error| {
            Error::new(ErrorKind::Io, "read what was written").with_source(error)
        })?;
        // The first line is the header, and the last one, the trailer, is no row.
        let row = if header { None } else { parse_row(&line) };
        if let Some((since, tail)) = row {
            let t_us = epoch_us.saturating_add_unsigned(since);
            let place = (t_us, content_hash(tail));
            while let Some((t_us, _)) = late.peek().filter(|late| *late < place) {
                sink.write_row(t_us, late.row())?;
                late.advance()?;
            }
            sink.write_row(t_us, tail)?;
        } else if !header {
            break;
        }
        header = false;
    }
    while let Some((t_us, _)) = late.peek() {
        sink.write_row(t_us, late.row())?;
        late.advance()?;
    }
    Ok(())
}

/// Time and tail of a row.
fn parse_row(line: &[u8]) -> Option<(u64, &[u8])> {
    let rest = line.strip_prefix(b"{\"t\":")?;
    let (since, length) = crate::time::parse_digits(rest)?;
    Some((since, &rest[length..]))
}
