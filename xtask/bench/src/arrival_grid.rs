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
/// six arrivals, or if the slope is not that of a rate, because they came at once.
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
    let rate = 1.0 / (1.0 / requested + slope);
    Some(rate).filter(|rate| rate.is_finite() && *rate > 0.0)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use hammer_target::TargetServer;

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
        // A distance needs a finite rate above 0, even if all came at once.
        for at in [0.0, 0.3, 7.0] {
            let rate = fitted_rate(&[at; 9], 1000.0);
            assert!(
                rate.is_none_or(|rate| rate.is_finite() && rate > 0.0),
                "{rate:?}"
            );
        }
    }

    /// The record of a raw target that keeps `max_arrivals`, after `hits` one by one.
    fn truth(max_arrivals: usize, hits: usize) -> GroundTruth {
        let builder = TargetServer::builder().max_arrivals(max_arrivals);
        let target = builder.spawn_raw(2).expect("a free port");
        let mut stream = TcpStream::connect(target.addr()).expect("the target listens");
        for _ in 0..hits {
            let request = stream.write_all(b"GET / HTTP/1.1\r\n\r\n");
            request.expect("the target reads");
            let mut answer = Vec::new();
            while !answer.ends_with(b"\r\n\r\nxx") {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("the target answers");
                answer.extend(byte);
            }
        }
        target.shutdown()
    }

    #[test]
    fn fits_only_complete_records_after_the_lead_in() {
        let hour = Duration::from_secs(3600);
        for (max_arrivals, hits, lead_in, expected) in [
            (20, 20, Duration::ZERO, "fits"),
            (20, 5, Duration::ZERO, "too few hits arrived"),
            (20, 20, hour, "too few hits arrived"),
            (
                19,
                20,
                Duration::ZERO,
                "more hits arrived than the target can keep",
            ),
        ] {
            let seen = match GridFit::new(truth(max_arrivals, hits), lead_in, 1000.0) {
                Ok(fit) => {
                    assert_eq!(fit.distances.as_slice().len(), hits);
                    assert!(fit.distance_us(0.5) <= fit.distance_us(1.0));
                    "fits".to_owned()
                }
                Err(error) => error.to_string(),
            };
            assert_eq!(seen, expected, "{max_arrivals} {hits} {lead_in:?}");
        }
    }
}
