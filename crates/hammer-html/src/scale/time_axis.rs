//! The axis of the time since the start.

use super::axis::{Axis, AxisScale, AxisTick};
use super::tick_labels::format_second;

/// Steps between ticks, in seconds. People count time by 60.
const STEPS: [f64; 24] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0,
    120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0,
];
/// The largest number of steps on an axis.
const MAX_STEPS: f64 = 8.0;

impl Axis {
    /// Makes an axis from the start to `seconds`, which is its exact end.
    pub(crate) fn time(seconds: f64, (start, end): (f64, f64)) -> Self {
        let max = if seconds.is_finite() && seconds > 0.0 {
            seconds.max(0.001)
        } else {
            1.0
        };
        let step = STEPS.into_iter().find(|step| max / step <= MAX_STEPS);
        let step = step.unwrap_or_else(|| (max / MAX_STEPS / 86_400.0).ceil() * 86_400.0);
        let steps = (max / step + 1e-9).floor() as u32;
        let tick = |index: u32| AxisTick {
            value: step * f64::from(index),
            label: format_second(step * f64::from(index), step),
            is_minor: index % 2 == 1 && steps > 3,
        };
        Self {
            scale: AxisScale::Linear,
            min: 0.0,
            max,
            start,
            end,
            unit: "s",
            ticks: (0..=steps).map(tick).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_multiples_of_round_times() {
        for (seconds, expected) in [
            (2.0, "0 s, 0.5 s, 1 s, 1.5 s, 2 s"),
            (75.0, "0 s, 10 s, 20 s, 30 s, 40 s, 50 s, 60 s, 70 s"),
            (
                3600.0,
                "0 min, 10 min, 20 min, 30 min, 40 min, 50 min, 60 min",
            ),
            (0.0, "0 s, 0.2 s, 0.4 s, 0.6 s, 0.8 s, 1 s"),
            (
                86_400.0 * 30.0,
                "0 d, 4 d, 8 d, 12 d, 16 d, 20 d, 24 d, 28 d",
            ),
        ] {
            let axis = Axis::time(seconds, (0.0, 100.0));
            let labels: Vec<String> = axis.ticks.iter().map(|tick| tick.label.clone()).collect();
            assert_eq!(labels.join(", "), expected, "{seconds}");
        }
    }
}
