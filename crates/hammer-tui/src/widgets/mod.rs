//! Charts and texts in cells of a terminal.

pub(crate) mod axis_labels;
pub(crate) mod braille_grid;
pub(crate) mod cell_text;
pub(crate) mod chart_cell;
pub(crate) mod chart_style;
pub(crate) mod chart_window;
pub(crate) mod heat_lines;
pub(crate) mod heat_map;
pub(crate) mod percentile_curve;
pub(crate) mod reference_line;
pub(crate) mod spark_line;
#[cfg(test)]
mod tests;
pub(crate) mod time_axis;
pub(crate) mod time_chart;
pub(crate) mod time_scale;
