//! Compares arrivals at a target with the even grid that fits them best.

use std::time::Duration;

use hammer_target::{GroundTruth, SortedDurations};

use crate::error::Error;

/// The even grid that fits the arrivals of a run best, and their distances from it.
#[derive(Debug)]
pub(crate) struct GridFit {
    /// Arrivals per second of the grid.
    pub(crate) rate: f64,
    distances: SortedDurations,
}

impl GridFit {
    /// Fits a grid to the arrivals later than `lead_in` after the first one.
    ///
    /// # Errors
    ///
    /// If there are fewer than six such arrivals, or the target did not keep all.
    pub(crate) fn new(
        mut truth: GroundTruth,
        lead_in: Duration,
        requested_rate: f64,
    ) -> Result<Self, Error> {
        if truth.dropped_arrivals > 0 {
            return Err(Error::failed("more hits arrived than the target can keep"));
        }
        let first = truth.arrivals.first().map_or(Duration::ZERO, |one| one.at);
        truth.arrivals.retain(|one| one.at >= first + lead_in);
        let at: Vec<f64> = truth
            .arrivals
            .iter()
            .map(|one| one.at.as_secs_f64())
            .collect();
        let rate = fitted_rate(&at, requested_rate)
            .ok_or_else(|| Error::failed("too few hits arrived"))?;
        Ok(Self {
            rate,
            distances: truth.grid_distance(rate),
        })
    }

    /// A quantile of the distances, in microseconds.
    pub(crate) fn distance_us(&self, q: f64) -> Option<f64> {
        let distance = self.distances.quantile(q)?;
        Some(distance.as_secs_f64() * 1e6)
    }
}

/// The rate of the even grid that fits the arrivals (in seconds) best.
///
/// It is the slope of the line through the medians of the first and last third (Tukey's resistant
/// line). A tool that is slightly too slow is thus compared with its own grid. `None` for fewer than
/// six arrivals.
fn fitted_rate(at: &[f64], requested: f64) -> Option<f64> {
    let third = at.len() / 3;
    if third < 2 {
        return None;
    }
    let residual = |k: usize| at[k] - k as f64 / requested;
    let median = |from: usize| {
        let mut residuals: Vec<f64> = (from..from + third).map(residual).collect();
        residuals.sort_unstable_by(f64::total_cmp);
        residuals[third / 2]
    };
    let last = at.len() - third;
    let slope = (median(last) - median(0)) / last as f64;
    Some(1.0 / (1.0 / requested + slope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_the_rate_of_most_arrivals() {
        let grid = |rate: f64| (0..3000).map(move |k| 7.0 + k as f64 / rate);
        for rate in [1000.0, 990.0, 1001.5] {
            let found = fitted_rate(&grid(rate).collect::<Vec<_>>(), 1000.0)
                .expect("there are enough arrivals");
            assert!((found - rate).abs() < 1e-6, "{rate}: {found}");
        }
        // Outliers do not change it.
        let late = |(k, at): (usize, f64)| if k % 10 == 0 { at + 0.05 } else { at };
        let found = fitted_rate(
            &grid(1000.0).enumerate().map(late).collect::<Vec<_>>(),
            1000.0,
        );
        assert!((found.expect("there are enough arrivals") - 1000.0).abs() < 0.01);
        assert_eq!(fitted_rate(&[0.0; 5], 1000.0), None);
    }
}
