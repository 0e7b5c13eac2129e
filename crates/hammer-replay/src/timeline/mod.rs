//! The timeline file: a [`Header`], [`Row`]s sorted by time, and a [`Trailer`].

mod header;
mod output;
mod pack;
mod positioned;
mod reader;
mod row;
mod row_text;
mod schema;
mod trailer;
mod writer;

pub use header::{Header, SCHEMA, Source, Spread, TimeBase};
pub use output::Output;
pub use reader::Reader;
pub(crate) use row::LONGEST_TAIL;
pub use row::Row;
pub use row_text::ReadRow;
pub use schema::schema;
pub use trailer::{Ending, Trailer};
pub use writer::Writer;
