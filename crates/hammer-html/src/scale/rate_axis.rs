//! Axes of rates, and of values that may be far apart.

use hammer_diagnostic::format_decimal;

use super::axis::{Axis, AxisScale};

/// The ratio of the largest and the smallest value from which an axis is logarithmic.
const WIDE: f64 = 8.0;
/// The ratio of the largest and the smallest rate from which an axis is logarithmic. Rates near the highest
/// matter most, for which a linear axis has more room.
const WIDE_RATES: f64 = 40.0;

impl Axis {
    /// Makes an axis for positive values: linear from 0, or logarithmic if they are far apart.
    pub(crate) fn for_range(
        (min, max): (f64, f64),
        place: (f64, f64),
        unit: &'static str,
        label: fn(f64) -> String,
    ) -> Self {
        match max / min >= WIDE {
            true => Self::log((min, max), place, unit, label),
            false => Self::linear(max, place, unit, label),
        }
    }

    /// Makes an axis of rates in hits per second.
    pub(crate) fn rates((min, max): (f64, f64), place: (f64, f64)) -> Self {
        let scale = match max / min >= WIDE_RATES {
            true => AxisScale::Log,
            false => AxisScale::Linear,
        };
        Self::rates_on(scale, (min, max), place)
    }

    /// Makes an axis of rates with the scale of another one.
    pub(crate) fn rates_on(scale: AxisScale, range: (f64, f64), place: (f64, f64)) -> Self {
        match scale {
            AxisScale::Log => Self::log(range, place, "/s", format_rate_tick),
            AxisScale::Linear => Self::linear(range.1, place, "/s", format_rate_tick),
        }
    }
}

/// Formats a rate as short as possible: `0.5/s`, `200/s`, `20k/s`, `1.5M/s`.
fn format_rate_tick(rate: f64) -> String {
    match rate {
        n if n < 9_999.5 => format!("{}/s", format_decimal(n)),
        n if n < 999_950.0 => format!("{}k/s", format_decimal(n / 1e3)),
        n => format!("{}M/s", format_decimal(n / 1e6)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_is_logarithmic_if_its_values_are_far_apart() {
        for (range, scale, first, last) in [
            ((100.0, 1_600.0), AxisScale::Linear, "0/s", "2,000/s"),
            ((100.0, 8_000.0), AxisScale::Log, "100/s", "10k/s"),
            ((500.0, 900.0), AxisScale::Linear, "0/s", "1,000/s"),
            ((1.0, 100_000.0), AxisScale::Log, "1/s", "100k/s"),
            ((7.0, 7.0), AxisScale::Linear, "0/s", "8/s"),
        ] {
            let axis = Axis::rates(range, (0.0, 1.0));
            assert_eq!(axis.scale, scale, "{range:?}");
            let label = |tick: Option<&super::super::AxisTick>| tick.map(|it| it.label.clone());
            assert_eq!(label(axis.ticks.first()).as_deref(), Some(first));
            assert_eq!(label(axis.ticks.last()).as_deref(), Some(last));
        }
        assert_eq!(format_rate_tick(1_500_000.0), "1.5M/s");
    }
}
