//! The state of a run that the screen shows: its figures with their history.

mod apply;
pub(crate) mod heat_counts;
pub(crate) mod heat_rows;
pub(crate) mod load_view;
pub(crate) mod open_files;
mod recent_seconds;
#[expect(
    clippy::module_inception,
    reason = "a file is named after the noun it defines"
)]
pub(crate) mod run_view;
pub(crate) mod second_column;
pub(crate) mod second_history;
#[cfg(test)]
mod tests;
pub(crate) mod thread_view;
