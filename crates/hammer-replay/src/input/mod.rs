//! Input of logs: plain or compressed files and pipes, record by record.

mod compression;
mod har_scanner;
mod log_input;
mod record_reader;
mod stoppable_reader;

pub(crate) use har_scanner::HarScanner;
pub(crate) use log_input::LogInput;
pub(crate) use record_reader::{LogRecord, MAX_ENTRY_BYTES, MAX_LINE_BYTES, RecordReader};
