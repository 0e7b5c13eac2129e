//! The log of hits: lines of CSV, plain or compressed.

mod hits_destination;
mod hits_file;
mod hits_log;
mod line_ends;
mod line_sink;
mod plain_lines;
mod zstd_lines;

use std::io;
use std::path::Path;

use hits_file::HitsFile;
pub(super) use hits_log::HitsLog;
pub(crate) use hits_log::LoggedLoad;
use line_sink::LineSink;
use plain_lines::PlainLines;
use zstd_lines::ZstdLines;

/// Opens a log of hits on stdout.
pub(super) fn on_stdout(named_loads: bool) -> HitsLog {
    HitsLog::new(Box::new(PlainLines::new(io::stdout())), named_loads)
}

/// Opens a log of hits at `path`. It is compressed if the name ends in `.zst`.
pub(super) fn open_file(path: &Path, named_loads: bool) -> io::Result<HitsLog> {
    let file = HitsFile::open(path)?;
    let sink: Box<dyn LineSink> = match ends_in_zst(path) {
        true => Box::new(ZstdLines::new(file)?),
        false => Box::new(PlainLines::new(file)),
    };
    Ok(HitsLog::new(sink, named_loads))
}

fn ends_in_zst(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("zst"))
}
