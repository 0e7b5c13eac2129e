//! The report for people: at most 30 lines of at most 100 columns.

#[cfg(test)]
pub(crate) mod golden;
mod harmless;
pub(crate) mod latency;
pub(crate) mod lines;
pub(crate) mod number;
mod plan;
mod render;
mod rows;
pub(crate) mod shape;
mod stages;
mod thresholds;

pub(crate) use harmless::{harmless, harmless_lines};
pub(crate) use plan::render_plan;
pub(crate) use render::asked;
pub(crate) use render::render;
pub(crate) use thresholds::{aborted, shown_figure};
