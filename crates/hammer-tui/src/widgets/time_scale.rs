//! The vertical axis of a chart of times.

use std::time::Duration;

use hammer_diagnostic::TimeUnit;

use super::axis_labels::AxisLabels;
use crate::screen::screen_settings::ChartScale;

/// The vertical axis of a chart of times, from one round number of µs to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TimeScale {
    scale: ChartScale,
    low: f64,
    high: f64,
}

impl TimeScale {
    /// Makes a scale that has room for all `times`.
    pub(crate) fn new(scale: ChartScale, times: impl Iterator<Item = Duration>) -> Self {
        let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
        for us in times.map(micros) {
            least = least.min(us);
            most = most.max(us);
        }
        let most = if most > 0.0 { most } else { 1e6 };
        let high = round_up(most.max(1.0));
        let low = match scale {
            ChartScale::Linear => 0.0,
            ChartScale::Log => round_down(least.clamp(1.0, high / 10.0)),
        };
        Self { scale, low, high }
    }

    /// The share of the height at which a time is, from the bottom.
    pub(crate) fn share(&self, time: Duration) -> f64 {
        self.share_of_micros(micros(time))
    }

    fn share_of_micros(&self, us: f64) -> f64 {
        let share = match self.scale {
            ChartScale::Linear => us / self.high,
            ChartScale::Log => (us.max(self.low) / self.low).ln() / (self.high / self.low).ln(),
        };
        share.clamp(0.0, 1.0)
    }

    /// The line of a time in a chart of `height` lines, from the top.
    pub(crate) fn line(&self, time: Duration, height: u16) -> u16 {
        self.line_of_micros(micros(time), height)
    }

    fn line_of_micros(&self, us: f64, height: u16) -> u16 {
        let dots = f64::from(height) * 4.0 - 1.0;
        let from_top = (dots - (self.share_of_micros(us) * dots).round()).max(0.0);
        (from_top / 4.0) as u16
    }

    /// The labels for a chart of `height` lines.
    pub(crate) fn labels(&self, height: u16, unit: Option<TimeUnit>) -> AxisLabels {
        let mut ticks: Vec<(u16, f64)> = vec![];
        for us in self.round_times(height) {
            let line = self.line_of_micros(us, height);
            // Neighbors would read as one number.
            if ticks.iter().all(|(other, _)| other.abs_diff(line) >= 1) {
                ticks.push((line, us));
            }
        }
        AxisLabels::new(ticks, unit.unwrap_or(TimeUnit::for_micros(self.high)))
    }

    /// Round times on the axis, the most important first.
    fn round_times(&self, height: u16) -> Vec<f64> {
        match self.scale {
            ChartScale::Linear => {
                let parts = if height >= 9 { 4 } else { 2 };
                let part = |part: i32| self.high * f64::from(part) / f64::from(parts);
                let mut times = vec![self.high, 0.0];
                times.extend((1..parts).map(part));
                times
            }
            ChartScale::Log => {
                let first = self.low.log10().floor() as i32;
                let last = self.high.log10().ceil() as i32;
                let decades = (first..=last).rev().map(|power| 10_f64.powi(power));
                let decades: Vec<f64> = decades.filter(|us| self.contains(*us)).collect();
                let mut times = vec![self.high];
                times.extend(&decades);
                if self.high / self.low <= 100.0 {
                    times.push(self.low);
                }
                times
            }
        }
    }

    fn contains(&self, us: f64) -> bool {
        us >= self.low * 0.999 && us <= self.high * 1.001
    }
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}

/// The next number of 1, 2 and 5 times a power of ten.
fn round_up(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let step = [1.0, 2.0, 5.0].into_iter();
    let step = step
        .map(|step| step * power)
        .find(|step| *step >= number * 0.999_999);
    step.unwrap_or(power * 10.0)
}

/// The last number of 1, 2 and 5 times a power of ten.
fn round_down(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let step = [5.0, 2.0].into_iter();
    let step = step
        .map(|step| step * power)
        .find(|step| *step <= number * 1.000_001);
    step.unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (number, down, up) in [
            (1.0, 1.0, 1.0),
            (1.5, 1.0, 2.0),
            (250_000.0, 200_000.0, 500_000.0),
            (7.0, 5.0, 10.0),
            (1e8, 1e8, 1e8),
        ] {
            assert_eq!(round_down(number), down);
            assert_eq!(round_up(number), up);
        }
    }

    #[test]
    fn shares_are_in_order() {
        let us = Duration::from_micros;
        for scale in [ChartScale::Log, ChartScale::Linear] {
            let axis = TimeScale::new(scale, [us(1), us(100_000_000)].into_iter());
            let shares = [0, 1, 1_000, 1_000_000, 100_000_000, u64::MAX / 1_000].map(us);
            let shares = shares.map(|time| axis.share(time));
            assert!(shares.is_sorted(), "{shares:?}");
            assert_eq!((shares[0], shares[4], shares[5]), (0.0, 1.0, 1.0));
        }
    }
}
