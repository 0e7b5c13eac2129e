//! The figures of a run, by part.

pub(crate) mod hit_blocks;
pub(crate) mod measure;
pub(crate) mod part;
pub(crate) mod run_figures;
pub(crate) mod share_blocks;
pub(crate) mod time_figure;
pub(crate) mod value_precision;
