//! A queue whose quantiles are known: even arrivals, one server, exponential service.

use std::time::Duration;

use hammer_stats::{Histogram, HistogramSnapshot};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::Rng;

/// The queue D/M/1, which is empty at the start of a run.
///
/// In the steady state, the response time of a hit is exponential with the rate μ(1 − σ), where σ = exp(−μ(1 − σ)/λ).
/// Source: L. Kleinrock, Queueing Systems, volume 1 (1975), section 6.4.
pub(crate) struct QueueSimulation {
    arrivals_per_s: f64,
    services_per_s: f64,
    /// The probability that a hit has to wait.
    waiting: f64,
}

impl QueueSimulation {
    pub(crate) fn new(arrivals_per_s: f64, utilization: f64) -> Self {
        let services_per_s = arrivals_per_s / utilization;
        let mut waiting = 0.0_f64;
        for _ in 0..10_000 {
            waiting = (-(1.0 - waiting) / utilization).exp();
        }
        Self {
            arrivals_per_s,
            services_per_s,
            waiting,
        }
    }

    /// The true quantile of the response time, in the steady state.
    pub(crate) fn response_quantile(&self, quantile: f64) -> Duration {
        let rate = self.services_per_s * (1.0 - self.waiting);
        Duration::from_secs_f64(-(1.0 - quantile).ln() / rate)
    }

    /// The response times of a run, in slices of the seconds in which they ended.
    pub(crate) fn slices(
        &self,
        seconds: u64,
        random: &mut Xoshiro256PlusPlus,
    ) -> Vec<HistogramSnapshot> {
        let mut slices = vec![Histogram::new(); seconds as usize];
        let mut server_free = 0.0_f64;
        for hit in 0..(seconds as f64 * self.arrivals_per_s) as u64 {
            let due = hit as f64 / self.arrivals_per_s;
            server_free = server_free.max(due) - uniform(random).ln() / self.services_per_s;
            let second = (server_free as usize).min(slices.len() - 1);
            slices[second].record(Duration::from_secs_f64(server_free - due));
        }
        (slices.iter())
            .map(|slice| HistogramSnapshot::take(slice).expect("counts are small"))
            .collect()
    }
}

/// A random number above 0, up to 1.
pub(crate) fn uniform(random: &mut Xoshiro256PlusPlus) -> f64 {
    ((random.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
}
