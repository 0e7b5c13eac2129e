//! Decides between better, worse, same and unknown.

pub(crate) mod change_scale;
pub(crate) mod compare_figures;
pub(crate) mod compared_values;
pub(crate) mod confirmed_values;
pub(crate) mod direction;
mod least_variance;
pub(crate) mod overall_outcome;
pub(crate) mod several_runs;
mod unanswered_hits;
pub(crate) mod within_runs;
