//! `hammer compare` and `hammer duel`: comparisons of runs.

pub(crate) mod compare;
mod comparison_args;
mod comparison_output;
pub(crate) mod duel;
mod fail_on;
mod judge;
mod render;
mod run_input;
mod side_names;
