use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Where workers wait for each other.
#[derive(Debug, Default)]
pub(crate) struct WorkerBarrier {
    arrived: AtomicUsize,
    released: Notify,
}

impl WorkerBarrier {
    /// Waits until all of `workers` have come here, each once.
    pub(crate) async fn wait(&self, workers: usize) {
        let mut all = pin!(self.released.notified());
        // From now on no word is missed, though nobody looks yet.
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
    async fn nobody_leaves_before_all_have_come() {
        let barrier = WorkerBarrier::default();
        let first = barrier.wait(3);
        let mut first = pin!(first);
        tokio::select! {
            biased;
            () = &mut first => panic!("two are missing"),
            () = std::future::ready(()) => {}
        }
        tokio::join!(barrier.wait(3), first, barrier.wait(3));
    }
}
