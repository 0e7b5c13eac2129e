//! HPACK: fields as few bytes, since both sides keep a table of those that were seen (RFC 7541).

mod decoder;
mod dynamic_table;
mod encoder;
mod huffman;
mod integer;
mod static_table;
#[cfg(test)]
mod tests;

pub(super) use decoder::{FieldSink, HpackDecoder};
pub(super) use encoder::{FieldIndexing, HeaderField, HpackEncoder};

/// How large a table is unless its owner says otherwise (RFC 9113, section 6.5.2), and as large as it
/// gets here.
pub(super) const DEFAULT_TABLE_BYTES: usize = 4096;

/// Not HPACK: the tables of both sides may differ now, and the connection is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HpackError;
