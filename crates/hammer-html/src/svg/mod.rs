//! Parts of SVG drawings.

mod palette;
mod path_data;

pub(crate) use palette::{HEAT_COLORS, SERIES_COLORS};
pub(crate) use path_data::PathData;
