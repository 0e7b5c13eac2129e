//! Timeline files: a [`TimelineHeader`], sorted [`TimelineRow`]s and a [`TimelineTrailer`].

mod header;
mod json_row;
mod output;
mod reader;
mod row;
mod schema;
mod shared_file_reader;
mod trailer;
mod writer;
mod zstd_frame_writer;

pub use header::{
    ArrivalTimeDerivation, SCHEMA, TimelineHeader, TimelineSourceLog, TimestampSpread,
};
pub use json_row::ParsedRow;
pub use output::AtomicOutput;
pub use reader::TimelineReader;
pub(crate) use row::MAX_TAIL_BYTES;
pub use row::TimelineRow;
pub use schema::json_schema;
pub use trailer::{TimelineTrailer, TimelineTrailerInput};
pub use writer::TimelineWriter;
