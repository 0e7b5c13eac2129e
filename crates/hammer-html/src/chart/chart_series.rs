//! Series of a chart.

use super::mark_shape::MarkShape;
use crate::svg::SERIES_COLORS;

/// A named series of values.
#[derive(Debug, Clone)]
pub(crate) struct ChartSeries {
    pub(crate) name: String,
    pub(crate) style: SeriesStyle,
    pub(crate) values: SeriesValues,
    /// A word at the end of the line, if there is room.
    pub(crate) end_label: Option<&'static str>,
}

/// The values of a series: as many as the chart has places on the x-axis.
#[derive(Debug, Clone)]
pub(crate) enum SeriesValues {
    /// A value for each place, `None` where nothing was measured.
    Line(Vec<Option<f64>>),
    /// A line with the interval in which the true value is likely to be.
    Band {
        values: Vec<Option<f64>>,
        intervals: Vec<Option<(f64, f64)>>,
    },
    /// An area on top of the areas before it.
    Stacked(Vec<Option<f64>>),
    /// A mark at each value, without a line.
    Marks {
        values: Vec<Option<f64>>,
        shape: MarkShape,
    },
    /// A horizontal line.
    Constant(f64),
}

impl SeriesValues {
    /// The value at a place.
    pub(crate) fn at(&self, index: usize) -> Option<f64> {
        match self {
            Self::Line(values)
            | Self::Stacked(values)
            | Self::Band { values, .. }
            | Self::Marks { values, .. } => values.get(index).copied().flatten(),
            Self::Constant(value) => Some(*value),
        }
    }
}

/// The look of a series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeriesStyle {
    /// The index of its color.
    color: usize,
    pub(crate) width: f64,
    /// The lengths of dashes and gaps; `None` for a solid line.
    pub(crate) dash: Option<&'static str>,
}

impl SeriesStyle {
    /// A solid line in the color with this index.
    pub(crate) fn solid(color: usize, width: f64) -> Self {
        Self {
            color: color % SERIES_COLORS.len(),
            width,
            dash: None,
        }
    }

    /// A dashed line in the color with this index.
    pub(crate) fn dashed(color: usize, width: f64, dash: &'static str) -> Self {
        Self {
            dash: Some(dash),
            ..Self::solid(color, width)
        }
    }

    /// The color on a light page.
    pub(crate) fn color(&self) -> &'static str {
        SERIES_COLORS[self.color]
    }

    /// The class with which the style replaces the color.
    pub(crate) fn class(&self) -> String {
        format!("c{}", self.color)
    }
}
