//! Axes: their range, their scale and their ticks.

use serde::{Serialize, Serializer};

use super::nice_numbers::{log_ticks, nice_ceil, nice_floor, nice_step};

/// The relation of values and places on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AxisScale {
    /// The place is linear in the value.
    Linear,
    /// The place is linear in the logarithm of the value.
    Log,
}

/// A labeled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AxisTick {
    pub(crate) value: f64,
    pub(crate) label: String,
    /// True if a narrow page leaves the label out.
    pub(crate) is_minor: bool,
}

/// Serialized as `[value, label]`, as the script reads it.
impl Serialize for AxisTick {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.value, &self.label).serialize(serializer)
    }
}

/// An axis of a chart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    pub(crate) scale: AxisScale,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// The place of `min`, in units of the view box.
    pub(crate) start: f64,
    /// The place of `max`, in units of the view box.
    pub(crate) end: f64,
    /// The unit of the values: `s`, `ms`, `/s`, or none.
    pub(crate) unit: &'static str,
    pub(crate) ticks: Vec<AxisTick>,
}

impl Axis {
    /// Makes a linear axis from 0 to a round number of at least `max`.
    pub(crate) fn linear(
        max: f64,
        (start, end): (f64, f64),
        unit: &'static str,
        label: fn(f64) -> String,
    ) -> Self {
        let max = if max.is_finite() && max > 0.0 {
            max
        } else {
            1.0
        };
        let step = nice_step(max / 6.0);
        let steps = (max / step - 1e-9).ceil().max(1.0) as u32;
        let tick = |index: u32| AxisTick {
            value: step * f64::from(index),
            label: label(step * f64::from(index)),
            is_minor: index % 2 == 1 && steps > 2,
        };
        Self {
            scale: AxisScale::Linear,
            min: 0.0,
            max: step * f64::from(steps),
            start,
            end,
            unit,
            ticks: (0..=steps).map(tick).collect(),
        }
    }

    /// Makes a logarithmic axis whose ends are round numbers around `min` and `max`, which are
    /// positive.
    pub(crate) fn log(
        (min, max): (f64, f64),
        (start, end): (f64, f64),
        unit: &'static str,
        label: fn(f64) -> String,
    ) -> Self {
        let (min, max) = (nice_floor(min), nice_ceil(max));
        let max = if max > min { max } else { nice_ceil(min * 1.5) };
        Self {
            scale: AxisScale::Log,
            min,
            max,
            start,
            end,
            unit,
            ticks: log_ticks(min, max)
                .into_iter()
                .map(|(value, is_minor)| AxisTick {
                    value,
                    label: label(value),
                    is_minor,
                })
                .collect(),
        }
    }

    /// Makes an axis of quantiles up to that of one in `count`, with the value 1/(1 − q) for the
    /// quantile q.
    ///
    /// The scale is that of the plots of HdrHistogram: each tenfold adds a nine.
    pub(crate) fn percentile(count: u64, (start, end): (f64, f64)) -> Self {
        // Beyond a hundred million, the labels do not fit.
        let max = (count as f64).clamp(10.0, 1e8);
        let mut ticks = vec![];
        for (value, label) in [(1.0, "0 %"), (2.0, "50 %"), (10.0, "90 %"), (100.0, "99 %")] {
            ticks.push((value, label.to_owned()));
        }
        for nines in 1..=6 {
            let label = format!("99.{} %", "9".repeat(nines));
            ticks.push((10_f64.powi(2 + nines as i32), label));
        }
        let fits = |value: f64| value <= max;
        let is_minor = |value: f64| value > 1.5 && value.log10().rem_euclid(2.0) > 0.2;
        Self {
            scale: AxisScale::Log,
            min: 1.0,
            max,
            start,
            end,
            unit: "",
            ticks: ticks
                .into_iter()
                .filter(|(value, _)| fits(*value))
                .map(|(value, label)| AxisTick {
                    value,
                    label,
                    is_minor: max > 1000.0 && is_minor(value),
                })
                .collect(),
        }
    }

    /// The place of a value, in units of the view box. Values outside of the range are at its ends.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let value = value.clamp(self.min, self.max);
        let share = match self.scale {
            AxisScale::Linear => (value - self.min) / (self.max - self.min),
            AxisScale::Log => (value / self.min).ln() / (self.max / self.min).ln(),
        };
        self.start + share * (self.end - self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: f64) -> String {
        value.to_string()
    }

    #[test]
    fn a_linear_axis_ends_at_a_round_number() {
        for (max, end, ticks) in [
            (1000.0, 1000.0, 6),
            (1001.0, 1200.0, 7),
            (0.0, 1.0, 6),
            (7.0, 8.0, 5),
            (f64::INFINITY, 1.0, 6),
        ] {
            let axis = Axis::linear(max, (0.0, 100.0), "/s", plain);
            assert_eq!((axis.max, axis.ticks.len()), (end, ticks), "{max}");
            assert_eq!(axis.ticks.last().map(|tick| tick.value), Some(end));
        }
    }

    #[test]
    fn places_are_linear_in_the_value_or_its_logarithm() {
        let linear = Axis::linear(10.0, (100.0, 0.0), "", plain);
        for (value, place) in [(0.0, 100.0), (5.0, 50.0), (10.0, 0.0), (99.0, 0.0)] {
            assert_eq!(linear.place(value), place, "{value}");
        }
        let log = Axis::log((1.0, 100.0), (0.0, 200.0), "ms", plain);
        for (value, place) in [(1.0, 0.0), (10.0, 100.0), (100.0, 200.0), (0.0, 0.0)] {
            assert!((log.place(value) - place).abs() < 1e-9, "{value}");
        }
    }

    #[test]
    fn a_log_axis_of_one_value_has_a_range() {
        let axis = Axis::log((5.0, 5.0), (0.0, 1.0), "ms", plain);
        assert!(axis.min <= 5.0 && axis.max > 5.0, "{axis:?}");
        assert!(axis.place(5.0).is_finite());
    }

    #[test]
    fn an_axis_of_percentiles_ends_at_one_hit() {
        let axis = Axis::percentile(5_000, (0.0, 100.0));
        let labels: Vec<&str> = axis.ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, ["0 %", "50 %", "90 %", "99 %", "99.9 %"]);
        assert_eq!(axis.max, 5_000.0);
        assert_eq!(Axis::percentile(0, (0.0, 1.0)).max, 10.0);
        let minor: Vec<bool> = axis.ticks.iter().map(|tick| tick.is_minor).collect();
        assert_eq!(minor, [false, true, true, false, true]);
    }
}
