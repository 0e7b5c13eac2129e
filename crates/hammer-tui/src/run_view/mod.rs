//! What the screen shows of a run: its figures with their history.

pub(crate) mod load_view;
pub(crate) mod run_view;
pub(crate) mod second_column;
pub(crate) mod thread_view;
