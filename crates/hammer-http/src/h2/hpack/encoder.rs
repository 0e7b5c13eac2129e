//! Blocks of fields as they are sent.

use bytes::Bytes;

use super::table::Table;
use super::{TABLE_BYTES, huffman, integer};

/// A field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Field {
    pub(crate) name: Bytes,
    pub(crate) value: Bytes,
    pub(crate) indexing: Indexing,
}

/// Whether a field goes into the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Indexing {
    /// It will be the same next time.
    Yes,
    /// It will be another one next time.
    No,
    /// It is a secret, which no proxy on the way shall put into a table either.
    Never,
}

/// The sending side's table.
#[derive(Debug)]
pub(crate) struct Encoder {
    table: Table,
    /// The least size the table had since the last block, if the peer has to be told of a new one.
    resized: Option<usize>,
    generation: u64,
}

impl Encoder {
    pub(crate) fn new() -> Self {
        Self {
            table: Table::new(TABLE_BYTES),
            resized: None,
            generation: 0,
        }
    }

    /// The peer keeps a table of `most` bytes at most.
    pub(crate) fn limit(&mut self, most: usize) {
        let most = most.min(TABLE_BYTES);
        if most != self.table.most() {
            self.table.resize(most);
            let least = self.resized.map_or(most, |least| least.min(most));
            self.resized = Some(least);
            self.generation += 1;
        }
    }

    /// Changes whenever the same fields might become another block.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Adds a block with these fields to `out`.
    pub(crate) fn encode(&mut self, fields: &[Field], out: &mut Vec<u8>) {
        if let Some(least) = self.resized.take() {
            let most = self.table.most();
            if least < most {
                integer::write(out, 0x20, 5, least);
            }
            integer::write(out, 0x20, 5, most);
            self.generation += 1;
        }
        for field in fields {
            self.field(field, out);
        }
    }

    fn field(&mut self, field: &Field, out: &mut Vec<u8>) {
        let (name, value) = (&*field.name, &*field.value);
        let found = self.table.find(name, value);
        let (flags, prefix) = match field.indexing {
            Indexing::Never => (0x10, 4),
            _ if matches!(found, Some((_, true))) => (0x80, 7),
            Indexing::No => (0x00, 4),
            Indexing::Yes => (0x40, 6),
        };
        let index = found.map_or(0, |(index, _)| index);
        integer::write(out, flags, prefix, index);
        if flags == 0x80 {
            return;
        }
        if index == 0 {
            text(name, out);
        }
        text(value, out);
        if flags == 0x40 {
            self.table.insert(name, value);
            self.generation += 1;
        }
    }
}

/// Adds a string, in the shorter of its two forms.
fn text(bytes: &[u8], out: &mut Vec<u8>) {
    let coded = huffman::encoded_len(bytes);
    if coded < bytes.len() {
        integer::write(out, 0x80, 7, coded);
        huffman::encode(bytes, out);
    } else {
        integer::write(out, 0, 7, bytes.len());
        out.extend_from_slice(bytes);
    }
}
