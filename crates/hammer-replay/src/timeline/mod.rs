//! The timeline file: a [`Header`], [`Row`]s sorted by time, and a [`Trailer`].

mod header;
mod output;
mod row;
mod trailer;
mod writer;

pub use header::{Header, SCHEMA, Source, Spread, TimeBase};
pub use output::Output;
pub use row::Row;
pub use trailer::{Ending, Trailer};
pub use writer::Writer;
