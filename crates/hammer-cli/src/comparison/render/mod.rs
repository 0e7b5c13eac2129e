//! Renders a comparison in each format.

mod figure_rows;
mod junit;
mod markdown;
mod run_list;
mod statement;
mod text;

pub(super) use junit::{render as junit, render_refused as junit_refused};
pub(super) use markdown::{render as markdown, render_refused as markdown_refused};
pub(super) use text::render as text;
#[cfg(test)]
mod recorded;
