//! A handle that ends a run from outside.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::engine::stop_level::StopLevel;

/// Ends a run from outside: from a signal handler, another thread or an event.
///
/// ```
/// use hammer_core::StopHandle;
///
/// let stop = StopHandle::new();
/// stop.drain(); // no more hits become due; those in flight can end
/// stop.stop_now(); // hits in flight are abandoned
/// ```
#[derive(Debug, Clone, Default)]
pub struct StopHandle(Arc<StopInner>);

/// The longest wait of a thread for a handle whose parent may be used.
const PARENT_POLL: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
struct StopInner {
    level: AtomicU8,
    /// A handle that ends this run too.
    parent: Option<StopHandle>,
    changed: Notify,
    /// For waiting without a runtime. The lock protects nothing.
    lock: Mutex<()>,
    raised: Condvar,
}

impl StopHandle {
    /// Creates a handle that has not been used yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a handle that is also used whenever this one is, but not the other way round.
    ///
    /// It ends one run of several that this handle ends together.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(Arc::new(StopInner {
            parent: Some(self.clone()),
            ..StopInner::default()
        }))
    }

    /// Ends the schedule and drains.
    ///
    /// No more hits become due. Hits in flight can finish within the limit of the drain.
    pub fn drain(&self) {
        self.raise(StopLevel::Drain);
    }

    /// Abandons hits in flight at once.
    pub fn stop_now(&self) {
        self.raise(StopLevel::Now);
    }

    /// Drains on the first call and stops at once on the second, as for repeated signals.
    pub fn escalate(&self) {
        self.raise(if self.level() == StopLevel::Run {
            StopLevel::Drain
        } else {
            StopLevel::Now
        });
    }

    /// Returns true if a stop of any level was requested.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.level() > StopLevel::Run
    }

    fn raise(&self, level: StopLevel) {
        self.0.level.fetch_max(level as u8, Ordering::SeqCst);
        self.0.changed.notify_waiters();
        // The lock makes sure that no waiter misses this between its check and its wait.
        drop(self.0.lock.lock());
        self.0.raised.notify_all();
    }

    /// Blocks the thread until `deadline`, or until a stop is requested.
    pub(crate) fn wait_until(&self, deadline: Instant) {
        let mut lock = self.0.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while self.level() == StopLevel::Run {
            let mut left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            if self.0.parent.is_some() {
                left = left.min(PARENT_POLL);
            }
            let waited = self.0.raised.wait_timeout(lock, left);
            lock = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(crate) fn level(&self) -> StopLevel {
        let level = match self.0.level.load(Ordering::SeqCst) {
            0 => StopLevel::Run,
            1 => StopLevel::Drain,
            _ => StopLevel::Now,
        };
        let parent = self.0.parent.as_ref();
        parent.map_or(level, |parent| parent.level().max(level))
    }

    /// Waits until the level exceeds `level`.
    pub(crate) async fn wait_beyond(&self, level: StopLevel) -> StopLevel {
        loop {
            let changed = self.0.changed.notified();
            let parent_changed = async {
                match &self.0.parent {
                    Some(parent) => drop(Box::pin(parent.wait_beyond(level)).await),
                    None => std::future::pending().await,
                }
            };
            let current = self.level();
            if current > level {
                return current;
            }
            tokio::select! {
                () = changed => {}
                () = parent_changed => {}
            }
        }
    }
}
