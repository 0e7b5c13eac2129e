//! Merge of late rows into a timeline that is already written.

use std::io::{BufRead, BufReader, Read};

use super::TieOrder;
use crate::sort::{RowSink, SortedRowCursor, content_hash};
use crate::{Error, ErrorKind};

/// Merges the rows of a written timeline with the late rows.
///
/// `epoch_us` is the epoch of the written timeline. Among rows of the same time that are ordered by their
/// lines, the written ones come first, since their lines do.
pub(super) fn merge_late_rows(
    written: impl Read,
    epoch_us: i64,
    ties: TieOrder,
    late: &mut SortedRowCursor,
    sink: &mut impl RowSink,
) -> Result<(), Error> {
    let mut lines = BufReader::with_capacity(1 << 18, written);
    let mut line = Vec::new();
    let mut header = true;
    loop {
        line.clear();
        lines.read_until(b'\n', &mut line).map_err(|error| {
            Error::new(ErrorKind::Io, "read the timeline again").with_source(error)
        })?;
        // `parse_row` returns `None` for the last line, the trailer.
        let row = if header { None } else { parse_row(&line) };
        if let Some((offset_us, tail)) = row {
            let t_us = epoch_us.saturating_add_unsigned(offset_us);
            let position = match ties {
                TieOrder::Line => (t_us, 0),
                TieOrder::Content => (t_us, content_hash(tail)),
            };
            while let Some((t_us, _)) = late.peek().filter(|late| *late < position) {
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

/// Splits a row into its time and its tail.
fn parse_row(line: &[u8]) -> Option<(u64, &[u8])> {
    let rest = line.strip_prefix(b"{\"t\":")?;
    let (offset_us, length) = crate::time::parse_digits(rest)?;
    Some((offset_us, &rest[length..]))
}
