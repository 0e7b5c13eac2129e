//! Encodes header blocks.

use super::dynamic_table::DynamicTable;
use super::{DEFAULT_TABLE_BYTES, huffman, integer};

/// The indexing of a field in the header tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldIndexing {
    /// Indexed: the field is likely to repeat.
    Indexed,
    /// Not indexed: the field differs from request to request.
    NotIndexed,
    /// A secret, which proxies must not index either.
    NeverIndexed,
}

/// Encodes header blocks with the table of the sending side.
#[derive(Debug)]
pub(crate) struct HpackEncoder {
    table: DynamicTable,
    /// The smallest table size since the last block, if the peer must be notified of a resize.
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

    /// Limits the table to the size that the peer allows.
    pub(crate) fn set_max_table_bytes(&mut self, max_bytes: usize) {
        let max_bytes = max_bytes.min(DEFAULT_TABLE_BYTES);
        if max_bytes != self.table.max_bytes() {
            self.table.resize(max_bytes);
            let smallest = self
                .pending_resize
                .map_or(max_bytes, |known| known.min(max_bytes));
            self.pending_resize = Some(smallest);
            self.generation += 1;
        }
    }

    /// Returns a number that changes whenever the same fields may be encoded differently.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Adds a block with these fields to `out`: names, values and their indexing.
    pub(crate) fn encode<'a>(
        &mut self,
        fields: impl IntoIterator<Item = (&'a [u8], &'a [u8], FieldIndexing)>,
        out: &mut Vec<u8>,
    ) {
        if let Some(smallest) = self.pending_resize.take() {
            let max_bytes = self.table.max_bytes();
            if smallest < max_bytes {
                integer::write(out, 0x20, 5, smallest);
            }
            integer::write(out, 0x20, 5, max_bytes);
            self.generation += 1;
        }
        for (name, value, indexing) in fields {
            self.encode_field(name, value, indexing, out);
        }
    }

    fn encode_field(
        &mut self,
        name: &[u8],
        value: &[u8],
        indexing: FieldIndexing,
        out: &mut Vec<u8>,
    ) {
        let found = self.table.find(name, value);
        let (flags, prefix) = match indexing {
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

/// Adds a string, plain or Huffman-encoded, whichever is shorter.
fn encode_string(bytes: &[u8], out: &mut Vec<u8>) {
    let encoded = huffman::encoded_len(bytes);
    if encoded < bytes.len() {
        integer::write(out, 0x80, 7, encoded);
        huffman::encode(bytes, out);
    } else {
        integer::write(out, 0, 7, bytes.len());
        out.extend_from_slice(bytes);
    }
}
