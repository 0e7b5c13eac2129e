//! The scale on which values are compared, with its margin.

use crate::comparison::compare_options::CompareOptions;
use crate::comparison::compared_figure::ComparedFigure;
use crate::comparison::figure_change::{ChangeInterval, ChangeScale, FigureChange};
use crate::statistics::estimate::Estimate;

/// The scale on which values are compared, with its margin.
///
/// Relative changes are compared as logarithms, in which doubling and halving are of the same size,
/// and in which the times of runs are closer to a normal distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MarginScale {
    scale: ChangeScale,
    margin: f64,
}

impl MarginScale {
    /// The scale of a figure: relative, except for the share of errors, which is often 0.
    pub(crate) fn of_figure(figure: ComparedFigure, options: &CompareOptions) -> Self {
        match figure {
            ComparedFigure::Errors => Self::percentage_points(options.error_margin_points),
            _ => Self::relative(options.margin),
        }
    }

    /// The scale of ratios.
    pub(crate) fn relative(margin: f64) -> Self {
        Self {
            scale: ChangeScale::Relative,
            margin: margin.abs(),
        }
    }

    /// The scale of differences of shares, in percentage points.
    pub(crate) fn percentage_points(margin: f64) -> Self {
        Self {
            scale: ChangeScale::PercentagePoints,
            margin: margin.abs(),
        }
    }

    /// The value on the scale, or `None` if it has no place on it.
    pub(crate) fn place(self, value: f64) -> Option<f64> {
        let place = match self.scale {
            ChangeScale::Relative => value.ln(),
            ChangeScale::PercentagePoints => value,
        };
        (!place.is_nan() && place != f64::NEG_INFINITY).then_some(place)
    }

    /// The value at a place on the scale.
    pub(crate) fn value(self, place: f64) -> f64 {
        match self.scale {
            ChangeScale::Relative => place.exp(),
            ChangeScale::PercentagePoints => place,
        }
    }

    /// The largest fall and the largest rise on the scale that are still the same.
    pub(crate) fn margins(self) -> (f64, f64) {
        match self.scale {
            ChangeScale::Relative => ((1.0 - self.margin).max(0.0).ln(), self.margin.ln_1p()),
            ChangeScale::PercentagePoints => (-self.margin, self.margin),
        }
    }

    /// True if a change on the scale is within the margin.
    pub(crate) fn allows(self, change: FigureChange) -> bool {
        change.value.abs() <= self.margin
    }

    /// The change of a figure, from a difference on the scale.
    pub(crate) fn change(self, difference: Estimate) -> FigureChange {
        let Estimate { value, low, high } = difference.map(|place| self.unplaced(place));
        FigureChange {
            interval: Some(ChangeInterval { low, high }),
            ..self.change_alone(value)
        }
    }

    /// The change of a figure without an interval, from a difference on the scale.
    pub(crate) fn change_without_interval(self, difference: f64) -> FigureChange {
        self.change_alone(self.unplaced(difference))
    }

    fn change_alone(self, value: f64) -> FigureChange {
        FigureChange {
            scale: self.scale,
            value,
            interval: None,
        }
    }

    fn unplaced(self, difference: f64) -> f64 {
        match self.scale {
            ChangeScale::Relative => difference.exp_m1(),
            ChangeScale::PercentagePoints => difference,
        }
    }
}
