//! Workers of a target, and the queue in which requests wait for them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroUsize;
use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use super::service_law::ServiceLaw;

/// Workers that serve the requests of all connections, in the order of arrival.
///
/// A worker serves one request at a time. If all are busy, a request waits in one queue, whatever its
/// connection:
///
/// ```text
/// start[k] = max(arrival[k], the time at which the first worker is free)
/// end[k]   = start[k] + service[k]
/// ```
///
/// Service times are drawn in the order of arrival. The end of a request is known when it arrives, and
/// does not depend on the time at which the target really answers, so late answers never add to the
/// utilization of the workers. A client that disconnects does not free its worker.
///
/// With exponential service of mean s, one worker and random arrivals at rate r, this is an M/M/1 queue.
/// At utilization ρ = r × s, responses have an exponential distribution of mean s / (1 − ρ), so their
/// quantile q is −ln(1 − q) × s / (1 − ρ) (Kleinrock, Queueing Systems, volume 1, section 3.2).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorkerPool {
    workers: NonZeroUsize,
    law: ServiceLaw,
    seed: u64,
}

impl WorkerPool {
    /// Creates a pool. Equal seeds give equal service times, in the order of arrival.
    pub fn new(workers: NonZeroUsize, law: ServiceLaw, seed: u64) -> Self {
        Self { workers, law, seed }
    }
}

/// The state of a [`WorkerPool`]. Times count from the first arrival.
#[derive(Debug)]
pub(super) struct WorkerQueue {
    law: ServiceLaw,
    rng: Xoshiro256PlusPlus,
    /// The time at which each worker is free, the earliest first.
    free_at: BinaryHeap<Reverse<Duration>>,
}

impl WorkerQueue {
    pub(super) fn new(pool: WorkerPool) -> Self {
        Self {
            law: pool.law,
            rng: Xoshiro256PlusPlus::seed_from_u64(pool.seed),
            free_at: vec![Reverse(Duration::ZERO); pool.workers.get()].into(),
        }
    }

    /// Serves the next request and returns the end of its service. Arrivals must be in order.
    pub(super) fn serve(&mut self, arrival: Duration) -> Duration {
        let service = self.law.draw(&mut self.rng);
        let mut earliest = self
            .free_at
            .peek_mut()
            .expect("there is at least one worker");
        let end = earliest.0.max(arrival).saturating_add(service);
        // The heap moves the worker to its new place when the borrow ends.
        *earliest = Reverse(end);
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(workers: usize, law: ServiceLaw) -> WorkerQueue {
        let workers = NonZeroUsize::new(workers).expect("a worker");
        WorkerQueue::new(WorkerPool::new(workers, law, 1))
    }

    #[test]
    fn requests_are_served_in_the_order_of_arrival() {
        let ms = Duration::from_millis;
        for (workers, arrivals, ends) in [
            (1, &[0, 1, 2, 100][..], &[10, 20, 30, 110][..]),
            (2, &[0, 1, 2, 3, 100], &[10, 11, 20, 21, 110]),
            (3, &[0, 0, 0, 0], &[10, 10, 10, 20]),
        ] {
            let mut queue = queue(workers, ServiceLaw::constant(ms(10)));
            let found: Vec<_> = arrivals.iter().map(|at| queue.serve(ms(*at))).collect();
            let ends: Vec<_> = ends.iter().map(|end| ms(*end)).collect();
            assert_eq!(found, ends, "{workers} workers, arrivals {arrivals:?}");
        }
    }

    /// The mean response of M/M/1 is s / (1 − ρ), and that of M/M/2 is s / (1 − ρ²).
    #[test]
    fn random_arrivals_make_queues_of_the_known_length() {
        for (workers, utilization, mean) in [(1, 0.5, 2.0), (1, 0.8, 5.0), (2, 0.8, 2.778)] {
            let service = Duration::from_millis(1);
            let mut queue = queue(workers, ServiceLaw::exponential(service));
            let gaps = ServiceLaw::exponential(service.div_f64(utilization * workers as f64));
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
            let (mut now, mut total) = (Duration::ZERO, Duration::ZERO);
            let requests = 1_000_000;
            for _ in 0..requests {
                now += gaps.draw(&mut rng);
                total += queue.serve(now) - now;
            }
            let found = total.as_secs_f64() * 1e3 / f64::from(requests);
            assert!(
                (found / mean - 1.0).abs() < 0.05,
                "{workers} workers at {utilization}: {found} ms, expected {mean}"
            );
        }
    }
}
