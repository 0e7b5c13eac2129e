//! The log of hits: lines of CSV, plain or compressed.

mod csv_field;
mod hits_destination;
mod hits_file;
mod hits_log;
mod line_ends;
mod line_formatter;
mod line_sink;
mod logged_load;
mod plain_lines;
mod zstd_lines;

use std::io;

use hits_file::HitsFile;
pub(super) use hits_log::HitsLog;
use line_sink::LineSink;
pub(super) use logged_load::LoggedLoad;
use plain_lines::PlainLines;
use zstd_lines::ZstdLines;

use crate::args::OutputSpec;

/// Opens the log of hits of an output.
pub(super) fn open(output: &OutputSpec, named_loads: bool) -> io::Result<HitsLog> {
    let sink: Box<dyn LineSink> = match &output.path {
        None => Box::new(PlainLines::new(io::stdout())),
        Some(path) if output.is_compressed() => Box::new(ZstdLines::new(HitsFile::open(path)?)?),
        Some(path) => Box::new(PlainLines::new(HitsFile::open(path)?)),
    };
    Ok(HitsLog::new(sink, named_loads))
}
