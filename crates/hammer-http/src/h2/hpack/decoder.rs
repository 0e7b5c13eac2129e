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

    /// Adds the size of a name and its value in bytes.
    fn add_size(&mut self, bytes: usize);
}

/// Decodes header blocks with the table of the receiving side.
#[derive(Debug)]
pub(crate) struct HpackDecoder {
    table: DynamicTable,
    name: Vec<u8>,
    value: Vec<u8>,
}

impl HpackDecoder {
    pub(crate) fn new() -> Self {
        Self {
            table: DynamicTable::new(DEFAULT_TABLE_BYTES),
            name: Vec::new(),
            value: Vec::new(),
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
        while let Some(first) = rest.first() {
            let read = match first {
                // Indexed (section 6.1).
                0x80.. => {
                    let (index, read) = integer::read(rest, 7)?;
                    let known = self.table.get(index).ok_or(HpackError)?;
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
        if index > 0 {
            let known = self.table.get(index).ok_or(HpackError)?;
            kind = Some(known.kind);
            if insert || sink.wants_all_fields() {
                self.name.extend_from_slice(known.name);
            }
        } else {
            read += decode_string(&rest[read..], &mut self.name)?;
        }
        let kind = kind.unwrap_or_else(|| ResponseFieldKind::from_name(&self.name));
        if !insert && !sink.wants_all_fields() && kind == ResponseFieldKind::Other {
            // The value is not needed, and decoding it is most of the work.
            let (length, from) = integer::read(&rest[read..], 7)?;
            let end = read + from + length;
            if end > rest.len() {
                return Err(HpackError);
            }
            sink.add_size(self.name.len() + length);
            sink.field(&self.name, &[]);
            return Ok(end);
        }
        read += decode_string(&rest[read..], &mut self.value)?;
        if insert {
            self.table.insert(&self.name, &self.value);
        }
        emit_field(sink, kind, &self.name, &self.value);
        Ok(read)
    }
}

fn emit_field(sink: &mut impl FieldSink, kind: ResponseFieldKind, name: &[u8], value: &[u8]) {
    sink.add_size(name.len() + value.len());
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
