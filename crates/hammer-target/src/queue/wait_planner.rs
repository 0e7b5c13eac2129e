//! Plan of the time that each request waits.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::worker_queue::WorkerQueue;
use crate::behavior::TargetBehavior;

/// Plans the wait of each request when it arrives: a stall, then the queue and the service of a worker,
/// then the delay.
#[derive(Debug)]
pub(crate) struct WaitPlanner {
    behavior: TargetBehavior,
    /// `None` if requests do not need a worker.
    queue: Option<Mutex<WorkerQueue>>,
}

impl WaitPlanner {
    pub(crate) fn new(behavior: TargetBehavior) -> Self {
        let queue = behavior.worker_pool().map(WorkerQueue::new).map(Mutex::new);
        Self { behavior, queue }
    }

    /// The behavior with the stalls and delays.
    pub(crate) fn behavior(&self) -> &TargetBehavior {
        &self.behavior
    }

    /// Returns the time to wait for a request that arrives `since_first` after the first one. Must be
    /// called once for each request, in the order of arrival.
    pub(crate) fn wait_at(&self, since_first: Duration) -> Duration {
        let stalled = self.behavior.stall_at(since_first);
        let served = match &self.queue {
            None => stalled,
            Some(queue) => {
                let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                queue.serve(since_first.saturating_add(stalled)) - since_first
            }
        };
        served.saturating_add(self.behavior.response_delay())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;
    use crate::periodic_stall::PeriodicStall;
    use crate::queue::{ServiceLaw, WorkerPool};

    #[test]
    fn a_request_is_stalled_then_served_then_delayed() {
        let ms = Duration::from_millis;
        let stall = PeriodicStall::new(ms(20), ms(100)).expect("shorter than its period");
        let behavior = TargetBehavior::default().delay(ms(5)).stall(stall);
        let workers = NonZeroUsize::MIN;
        let pool = WorkerPool::new(workers, ServiceLaw::constant(ms(30)), 1);
        for (behavior, arrivals, waits) in [
            (TargetBehavior::default(), &[10, 190][..], &[0, 0][..]),
            (behavior.clone(), &[10, 190], &[5, 15]),
            // The last two reach the worker at the end of the stall, in the order of arrival.
            (
                behavior.workers(pool),
                &[0, 10, 185, 190],
                &[35, 55, 50, 75],
            ),
        ] {
            let planner = WaitPlanner::new(behavior);
            let found: Vec<_> = arrivals.iter().map(|at| planner.wait_at(ms(*at))).collect();
            let waits: Vec<_> = waits.iter().map(|wait| ms(*wait)).collect();
            assert_eq!(found, waits, "{arrivals:?}");
        }
    }
}
