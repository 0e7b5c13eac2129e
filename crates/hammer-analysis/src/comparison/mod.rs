//! The result of a comparison, as plain data.

pub(crate) mod compare_options;
pub(crate) mod compared_figure;
pub(crate) mod compared_rounds;
#[expect(
    clippy::module_inception,
    reason = "a file is named after the noun it defines"
)]
pub(crate) mod comparison;
pub(crate) mod comparison_design;
pub(crate) mod comparison_outcome;
pub(crate) mod different_targets;
pub(crate) mod figure_change;
pub(crate) mod figure_comparison;
pub(crate) mod figure_scope;
pub(crate) mod next_step;
pub(crate) mod run_pairs;
pub(crate) mod unanswered_side;
