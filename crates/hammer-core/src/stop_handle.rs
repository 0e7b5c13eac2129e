use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

/// Ends a run from outside: from a signal handler, another thread, or an event.
///
/// ```
/// use hammer_core::StopHandle;
///
/// let stop = StopHandle::new();
/// stop.drain(); // no more hits start, those in flight are waited for
/// stop.now(); // those in flight are abandoned
/// ```
#[derive(Debug, Clone, Default)]
pub struct StopHandle(Arc<StopInner>);

#[derive(Debug, Default)]
struct StopInner {
    level: AtomicU8,
    changed: Notify,
    /// For those who wait without a runtime; the lock holds nothing.
    lock: Mutex<()>,
    raised: Condvar,
}

/// How far a stop has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StopLevel {
    Run,
    Drain,
    Now,
}

impl StopHandle {
    /// A stop that has not been given yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No more hits start; those in flight are waited for within the bound of the drain.
    pub fn drain(&self) {
        self.raise(StopLevel::Drain);
    }

    /// Hits in flight are abandoned at once.
    pub fn stop_now(&self) {
        self.raise(StopLevel::Now);
    }

    /// The first call drains, the second one stops at once: what a signal does.
    pub fn escalate(&self) {
        self.raise(if self.level() == StopLevel::Run {
            StopLevel::Drain
        } else {
            StopLevel::Now
        });
    }

    /// Whether it has been given, however far it goes.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.level() > StopLevel::Run
    }

    fn raise(&self, level: StopLevel) {
        self.0.level.fetch_max(level as u8, Ordering::SeqCst);
        self.0.changed.notify_waiters();
        // Under the lock, so that nobody looks before and waits after.
        drop(self.0.lock.lock());
        self.0.raised.notify_all();
    }

    /// Blocks the thread until `deadline`, or until the stop has been given.
    pub(crate) fn wait_until(&self, deadline: Instant) {
        let mut lock = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while self.level() == StopLevel::Run {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.0.raised.wait_timeout(lock, left);
            lock = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(crate) fn level(&self) -> StopLevel {
        match self.0.level.load(Ordering::SeqCst) {
            0 => StopLevel::Run,
            1 => StopLevel::Drain,
            _ => StopLevel::Now,
        }
    }

    /// Waits until the stop has gone beyond `level`.
    pub(crate) async fn wait_beyond(&self, level: StopLevel) -> StopLevel {
        loop {
            let changed = self.0.changed.notified();
            let current = self.level();
            if current > level {
                return current;
            }
            changed.await;
        }
    }
}
