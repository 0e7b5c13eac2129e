//! Formats of lines, numbers and charts.

pub(crate) mod columns;
pub(crate) mod lines;
pub(crate) mod number;
pub(crate) mod proxies;
mod rate;
pub(crate) mod rate_chart;
mod sanitize;

pub(crate) use rate::format_rate;
pub(crate) use sanitize::{sanitize, sanitize_lines};
