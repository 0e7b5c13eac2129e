//! What the screen shows of a run: its figures with their history.

mod apply;
pub(crate) mod heat_rows;
pub(crate) mod load_view;
pub(crate) mod open_files;
pub(crate) mod run_view;
pub(crate) mod second_column;
#[cfg(test)]
mod tests;
pub(crate) mod thread_view;
