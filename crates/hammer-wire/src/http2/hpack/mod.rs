//! HPACK, the header compression of HTTP/2 (RFC 7541).

mod decoder;
mod dynamic_table;
mod encoder;
mod huffman;
mod integer;
mod static_table;
#[cfg(test)]
mod tests;

pub(crate) use decoder::{FieldSink, HpackDecoder};
pub use encoder::FieldIndexing;
pub(crate) use encoder::HpackEncoder;

/// The default size of a table (RFC 9113, section 6.5.2), and the largest that this client uses.
pub(crate) const DEFAULT_TABLE_BYTES: usize = 4096;

/// Invalid HPACK; the tables of both sides may differ now, so the connection cannot be used further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HpackError;
