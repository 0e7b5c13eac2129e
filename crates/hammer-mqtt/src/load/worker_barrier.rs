//! A barrier for the workers of a run.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A barrier at which workers wait for each other, once.
#[derive(Debug, Default)]
pub(crate) struct WorkerBarrier {
    arrived: AtomicUsize,
    released: Notify,
}

impl WorkerBarrier {
    /// Waits until each of `workers` workers has arrived.
    pub(crate) async fn wait(&self, workers: usize) {
        let mut all = pin!(self.released.notified());
        // Registers before counting, so that the notification is not missed.
        all.as_mut().enable();
        if self.arrived.fetch_add(1, Ordering::SeqCst) + 1 >= workers {
            self.released.notify_waiters();
        } else {
            all.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_barrier_opens_when_all_have_arrived() {
        let barrier = WorkerBarrier::default();
        let first = barrier.wait(3);
        let mut first = pin!(first);
        tokio::select! {
            biased;
            () = &mut first => panic!("two workers have not arrived"),
            () = std::future::ready(()) => {}
        }
        tokio::join!(barrier.wait(3), first, barrier.wait(3));
    }
}
