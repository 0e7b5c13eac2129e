//! Output of a run: progress, reports and the log of hits.

mod hits;
#[cfg(feature = "live")]
mod live;
mod load_progress;
mod output_places;
mod output_writer;
mod progress;
mod progress_printer;
mod progress_text;
mod report_files;
mod status_line;
mod stderr;
#[cfg(feature = "live")]
mod stderr_display;
mod stdout;
mod terminal;

pub(crate) use output_places::{OutputPlaces, output_error};
pub(crate) use output_writer::OutputWriter;
pub(crate) use progress::RunProgress;
pub(crate) use report_files::ReportFiles;
pub(crate) use status_line::StatusLine;
pub(crate) use stderr::{log_to_display, print_stderr, show_stop_on_display};
#[cfg(feature = "replay")]
pub(crate) use stdout::is_closed_pipe;
pub(crate) use stdout::{check_stdout, print_stdout};
#[cfg(feature = "compare")]
pub(crate) use terminal::StderrTerminal;
