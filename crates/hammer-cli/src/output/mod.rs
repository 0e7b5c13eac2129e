//! Output of a run: progress, reports, the log of hits and JUnit files.

pub(crate) mod hits_log;
pub(crate) mod junit;
pub(crate) mod output_args;
pub(crate) mod output_writer;
#[cfg(test)]
mod recorded_reports;
pub(crate) mod run_progress;
pub(crate) mod status_line;
