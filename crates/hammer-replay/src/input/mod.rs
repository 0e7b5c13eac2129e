//! What logs are read from: files as they are or compressed, record by record.

mod compression;
mod document;
mod opened;
mod piped;
mod records;

pub(crate) use document::Document;
pub(crate) use opened::Opened;
pub(crate) use records::{LONGEST_ENTRY, LONGEST_LINE, Record, Records};
