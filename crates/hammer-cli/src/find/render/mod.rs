//! Renders the report of a search in each format.

mod charted_time;
mod junit;
mod level_rows;
mod markdown;
mod next_step;
mod rate_plot;
#[cfg(test)]
mod recorded;
mod text;

pub(super) use junit::render as junit;
pub(super) use markdown::render as markdown;
pub(super) use text::render as text;
