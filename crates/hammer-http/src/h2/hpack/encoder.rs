//! Blocks of fields as they are sent.

use bytes::Bytes;

use super::dynamic_table::DynamicTable;
use super::{DEFAULT_TABLE_BYTES, huffman, integer};

/// A field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct HeaderField {
    pub(crate) name: Bytes,
    pub(crate) value: Bytes,
    pub(crate) indexing: FieldIndexing,
}

/// Whether a field goes into the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FieldIndexing {
    /// It will be the same next time.
    Indexed,
    /// It will be another one next time.
    NotIndexed,
    /// It is a secret, which no proxy on the way shall put into a table either.
    NeverIndexed,
}

/// The sending side's table.
#[derive(Debug)]
pub(crate) struct HpackEncoder {
    table: DynamicTable,
    /// The least size the table had since the last block, if the peer has to be told of a new one.
    pending_resize: Option<usize>,
    generation: u64,
}

impl HpackEncoder {
    pub(crate) fn new() -> Self {
        Self {
            table: DynamicTable::new(DEFAULT_TABLE_BYTES),
            pending_resize: None,
            generation: 0,
        }
    }

    /// The peer keeps a table of `most` bytes at most.
    pub(crate) fn set_max_table_bytes(&mut self, most: usize) {
        let most = most.min(DEFAULT_TABLE_BYTES);
        if most != self.table.max_bytes() {
            self.table.resize(most);
            let least = self.pending_resize.map_or(most, |least| least.min(most));
            self.pending_resize = Some(least);
            self.generation += 1;
        }
    }

    /// Changes whenever the same fields might become another block.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Adds a block with these fields to `out`.
    pub(crate) fn encode(&mut self, fields: &[HeaderField], out: &mut Vec<u8>) {
        if let Some(least) = self.pending_resize.take() {
            let most = self.table.max_bytes();
            if least < most {
                integer::write(out, 0x20, 5, least);
            }
            integer::write(out, 0x20, 5, most);
            self.generation += 1;
        }
        for field in fields {
            self.encode_field(field, out);
        }
    }

    fn encode_field(&mut self, field: &HeaderField, out: &mut Vec<u8>) {
        let (name, value) = (&*field.name, &*field.value);
        let found = self.table.find(name, value);
        let (flags, prefix) = match field.indexing {
            FieldIndexing::NeverIndexed => (0x10, 4),
            _ if matches!(found, Some((_, true))) => (0x80, 7),
            FieldIndexing::NotIndexed => (0x00, 4),
            FieldIndexing::Indexed => (0x40, 6),
        };
        let index = found.map_or(0, |(index, _)| index);
        integer::write(out, flags, prefix, index);
        if flags == 0x80 {
            return;
        }
        if index == 0 {
            encode_string(name, out);
        }
        encode_string(value, out);
        if flags == 0x40 {
            self.table.insert(name, value);
            self.generation += 1;
        }
    }
}

/// Adds a string, in the shorter of its two forms.
fn encode_string(bytes: &[u8], out: &mut Vec<u8>) {
    let coded = huffman::encoded_len(bytes);
    if coded < bytes.len() {
        integer::write(out, 0x80, 7, coded);
        huffman::encode(bytes, out);
    } else {
        integer::write(out, 0, 7, bytes.len());
        out.extend_from_slice(bytes);
    }
}
