//! Run files that commands read.

mod foreign_file;
mod read;
mod read_error;
mod run_file_bytes;

pub(crate) use self::read::read;
