//! Decodes header blocks.

use super::dynamic_table::DynamicTable;
use super::static_table::ResponseFieldKind;
use super::{DEFAULT_TABLE_BYTES, HpackError, huffman, integer};

/// Receives the fields of a header block.
pub(crate) trait FieldSink {
    /// Returns true if all fields are wanted with their values.
    ///
    /// If not, other fields than `:status` and `content-length` may be missing or lack their value.
    fn wants_all_fields(&self) -> bool;

    /// Receives `:status`.
    fn status(&mut self, value: &[u8]);

    /// Receives `content-length`.
    fn content_length(&mut self, value: &[u8]);

    /// Receives any other field, and also `content-length` if all fields are wanted.
    fn field(&mut self, name: &[u8], value: &[u8]);

    /// Reports a pseudo-header that responses cannot have.
    fn invalid_pseudo_header(&mut self);

    /// Counts a field, except `:status`, with the decoded size of its name and value in bytes.
    fn add_size(&mut self, bytes: usize);
}

/// The size of a block from which on skipped values are counted exactly, which costs nearly as much
/// as decoding them.
///
/// The values of a smaller block have no influence on the limit of 64 KiB: even if they are counted
/// by their longest possible text, at most 614 bytes more, the rest must be fields of the table.
const EXACT_COUNT_BYTES: usize = 1024;

/// Decodes header blocks with the table of the receiving side.
#[derive(Debug)]
pub(crate) struct HpackDecoder {
    table: DynamicTable,
    name: Vec<u8>,
    value: Vec<u8>,
    /// True if the values of the current block that are not wanted are decoded to count them.
    counts_exactly: bool,
}

impl HpackDecoder {
    pub(crate) fn new() -> Self {
        Self {
            table: DynamicTable::new(DEFAULT_TABLE_BYTES),
            name: Vec::new(),
            value: Vec::new(),
            counts_exactly: false,
        }
    }

    /// Decodes a complete block.
    ///
    /// # Errors
    ///
    /// If the block is invalid; `sink` may have received some of its fields.
    pub(crate) fn decode(
        &mut self,
        block: &[u8],
        sink: &mut impl FieldSink,
    ) -> Result<(), HpackError> {
        let mut rest = block;
        let mut has_fields = false;
        self.counts_exactly = block.len() >= EXACT_COUNT_BYTES;
        while let Some(first) = rest.first() {
            let read = match first {
                // Indexed (section 6.1).
                0x80.. => {
                    let (index, read) = integer::read(rest, 7)?;
                    let known = self.table.get(index).ok_or(HpackError)?;
                    count_field(sink, known.kind, known.name.len() + known.value.len());
                    emit_field(sink, known.kind, known.name, known.value);
                    read
                }
                // With incremental indexing (6.2.1).
                0x40.. => self.decode_literal(rest, 6, true, sink)?,
                // A new size of the table (6.3), only allowed at the start of a block.
                0x20.. => {
                    let (size, read) = integer::read(rest, 5)?;
                    if size > DEFAULT_TABLE_BYTES || has_fields {
                        return Err(HpackError);
                    }
                    self.table.resize(size);
                    rest = &rest[read..];
                    continue;
                }
                // Without indexing (6.2.2), and never indexed (6.2.3).
                _ => self.decode_literal(rest, 4, false, sink)?,
            };
            has_fields = true;
            rest = &rest[read..];
        }
        Ok(())
    }

    /// Decodes a literal field; returns the number of bytes read.
    fn decode_literal(
        &mut self,
        rest: &[u8],
        prefix: u32,
        insert: bool,
        sink: &mut impl FieldSink,
    ) -> Result<usize, HpackError> {
        let (index, mut read) = integer::read(rest, prefix)?;
        self.name.clear();
        self.value.clear();
        let mut kind = None;
        let name_bytes;
        if index > 0 {
            let known = self.table.get(index).ok_or(HpackError)?;
            kind = Some(known.kind);
            name_bytes = known.name.len();
            if insert || sink.wants_all_fields() {
                self.name.extend_from_slice(known.name);
            }
        } else {
            read += decode_string(&rest[read..], &mut self.name)?;
            name_bytes = self.name.len();
        }
        let kind = kind.unwrap_or_else(|| ResponseFieldKind::from_name(&self.name));
        let is_skipped = !insert && !sink.wants_all_fields() && kind == ResponseFieldKind::Other;
        if is_skipped && !self.counts_exactly {
            // The value is not needed, and decoding it is most of the work.
            let (max_bytes, skipped) = skip_string(&rest[read..])?;
            count_field(sink, kind, name_bytes + max_bytes);
            sink.field(&self.name, &[]);
            return Ok(read + skipped);
        }
        read += decode_string(&rest[read..], &mut self.value)?;
        if insert {
            self.table.insert(&self.name, &self.value);
        }
        count_field(sink, kind, name_bytes + self.value.len());
        if is_skipped {
            sink.field(&self.name, &[]);
        } else {
            emit_field(sink, kind, &self.name, &self.value);
        }
        Ok(read)
    }
}

/// Counts a field, except `:status`, which HTTP/1.1 does not send as a field.
fn count_field(sink: &mut impl FieldSink, kind: ResponseFieldKind, bytes: usize) {
    if kind != ResponseFieldKind::Status {
        sink.add_size(bytes);
    }
}

fn emit_field(sink: &mut impl FieldSink, kind: ResponseFieldKind, name: &[u8], value: &[u8]) {
    match kind {
        ResponseFieldKind::Status => sink.status(value),
        ResponseFieldKind::ContentLength => {
            sink.content_length(value);
            if sink.wants_all_fields() {
                sink.field(name, value);
            }
        }
        ResponseFieldKind::Forbidden => sink.invalid_pseudo_header(),
        ResponseFieldKind::Other => sink.field(name, value),
    }
}

/// Decodes a string (section 5.2); returns the number of bytes read.
fn decode_string(rest: &[u8], out: &mut Vec<u8>) -> Result<usize, HpackError> {
    let encoded = rest.first().ok_or(HpackError)? & 0x80 != 0;
    let (length, from) = integer::read(rest, 7)?;
    let bytes = rest.get(from..from + length).ok_or(HpackError)?;
    if encoded {
        huffman::decode(bytes, out)?;
    } else {
        out.extend_from_slice(bytes);
    }
    Ok(from + length)
}

/// Skips a string; returns the longest text that it can have, and the number of bytes skipped.
fn skip_string(rest: &[u8]) -> Result<(usize, usize), HpackError> {
    let encoded = rest.first().ok_or(HpackError)? & 0x80 != 0;
    let (length, from) = integer::read(rest, 7)?;
    if from + length > rest.len() {
        return Err(HpackError);
    }
    // The shortest code has five bits.
    let max_bytes = if encoded { length * 8 / 5 } else { length };
    Ok((max_bytes, from + length))
}
