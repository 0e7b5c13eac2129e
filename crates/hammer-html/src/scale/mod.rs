//! From values to places in a drawing.

mod axis;
mod nice_numbers;
mod rate_axis;
mod tick_labels;
mod time_axis;

pub(crate) use axis::{Axis, AxisScale, AxisTick};
pub(crate) use tick_labels::format_millis;
