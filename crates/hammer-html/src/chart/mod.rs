//! Charts as functions of plain data: SVG, a legend, a table and the data for the script.

mod bar;
mod chart_data;
mod chart_series;
mod data_table;
mod figure;
mod heat_map;
mod json_script;
mod label_places;
mod legend;
mod line_chart;
mod mark_shape;
mod plot;
mod time_lines;

pub(crate) use bar::bar;
pub(crate) use chart_series::{ChartSeries, SeriesStyle, SeriesValues};
pub(crate) use figure::ChartText;
pub(crate) use heat_map::{HeatMap, heat_axis, heat_rows};
pub(crate) use json_script::json_script;
pub(crate) use line_chart::{LineChart, LinePlaces, StageMark};
pub(crate) use mark_shape::MarkShape;
pub(crate) use plot::{PLOT_X, PLOT_Y};
pub(crate) use time_lines::TimeSpan;
