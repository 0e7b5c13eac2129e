//! Blocks of fields as they arrive.

use super::dynamic_table::DynamicTable;
use super::static_table::FieldKind;
use super::{DEFAULT_TABLE_BYTES, HpackError, huffman, integer};

/// Who is told of the fields of a block.
pub(crate) trait FieldSink {
    /// Whether all fields are wanted as they are. If not, fields that say nothing about how a hit
    /// ended may be left out, or come without their value.
    fn wants_all_fields(&self) -> bool;

    /// `:status`.
    fn status(&mut self, value: &[u8]);

    /// `content-length`.
    fn content_length(&mut self, value: &[u8]);

    /// Any other field, and `content-length` once more if all are wanted.
    fn field(&mut self, name: &[u8], value: &[u8]);

    /// A pseudo-header that no answer has.
    fn invalid_pseudo_header(&mut self);

    /// A field has a name and a value of so many bytes.
    fn add_size(&mut self, bytes: usize);
}

/// The receiving side's table, and what it takes to read a block.
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

    /// Reads a whole block.
    ///
    /// # Errors
    ///
    /// If it is no HPACK; `sink` has been told of some of its fields by then.
    pub(crate) fn decode(
        &mut self,
        block: &[u8],
        sink: &mut impl FieldSink,
    ) -> Result<(), HpackError> {
        let mut rest = block;
        let mut begun = false;
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
                // A new size of the table (6.3), only where a block begins.
                0x20.. => {
                    let (size, read) = integer::read(rest, 5)?;
                    if size > DEFAULT_TABLE_BYTES || begun {
                        return Err(HpackError);
                    }
                    self.table.resize(size);
                    rest = &rest[read..];
                    continue;
                }
                // Not indexed (6.2.2), and never to be (6.2.3).
                _ => self.decode_literal(rest, 4, false, sink)?,
            };
            begun = true;
            rest = &rest[read..];
        }
        Ok(())
    }

    /// Reads a field that is written out; how many bytes it took.
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
        let mut meaning = None;
        if index > 0 {
            let known = self.table.get(index).ok_or(HpackError)?;
            meaning = Some(known.kind);
            if insert || sink.wants_all_fields() {
                self.name.extend_from_slice(known.name);
            }
        } else {
            read += decode_string(&rest[read..], &mut self.name)?;
        }
        let meaning = meaning.unwrap_or_else(|| FieldKind::from_name(&self.name));
        if !insert && !sink.wants_all_fields() && meaning == FieldKind::Other {
            // Nobody asks for this value, and decoding it is most of the work.
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
        emit_field(sink, meaning, &self.name, &self.value);
        Ok(read)
    }
}

fn emit_field(sink: &mut impl FieldSink, meaning: FieldKind, name: &[u8], value: &[u8]) {
    sink.add_size(name.len() + value.len());
    match meaning {
        FieldKind::Status => sink.status(value),
        FieldKind::ContentLength => {
            sink.content_length(value);
            if sink.wants_all_fields() {
                sink.field(name, value);
            }
        }
        FieldKind::Forbidden => sink.invalid_pseudo_header(),
        FieldKind::Other => sink.field(name, value),
    }
}

/// Reads a string (section 5.2); how many bytes it took.
fn decode_string(rest: &[u8], out: &mut Vec<u8>) -> Result<usize, HpackError> {
    let coded = rest.first().ok_or(HpackError)? & 0x80 != 0;
    let (length, from) = integer::read(rest, 7)?;
    let bytes = rest.get(from..from + length).ok_or(HpackError)?;
    if coded {
        huffman::decode(bytes, out)?;
    } else {
        out.extend_from_slice(bytes);
    }
    Ok(from + length)
}
