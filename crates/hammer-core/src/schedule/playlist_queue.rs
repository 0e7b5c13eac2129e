//! The bounded queue of a playlist's hits for one worker.

use std::any::Any;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The maximum number of queued hits per worker.
const MAX_QUEUED_HITS: usize = 4096;
/// The maximum size of the queued items per worker, which a single larger item can exceed.
const MAX_QUEUED_BYTES: usize = 16 << 20;

/// The queue from the reader of a playlist to one worker, which takes everything in it at once.
///
/// So no hit waits for a batch to fill, and with a fast reader, one lock serves thousands of hits.
pub(crate) struct PlaylistQueue<T> {
    state: Mutex<QueueState<T>>,
    changed: Condvar,
}

struct QueueState<T> {
    dues: Vec<Duration>,
    items: Vec<T>,
    /// The size of the items.
    bytes: usize,
    /// True if the reader adds nothing more.
    closed: bool,
    /// True if the worker takes nothing more.
    receiver_gone: bool,
}

/// The worker's end of a queue of any item type.
pub(crate) trait AnyPlaylistQueue: Send {
    /// Takes all hits in the queue; with `wait`, waits for the first one.
    fn take(&self, wait: bool) -> BatchPoll;
    /// Marks the worker as gone.
    fn disconnect(&self);
}

/// The result of taking hits.
pub(crate) enum BatchPoll {
    Ready(PlaylistBatch),
    /// No hits yet.
    Pending,
    /// No more hits.
    Ended,
}

/// Some hits of one worker, in order.
pub(crate) struct PlaylistBatch {
    pub(crate) dues: Vec<Duration>,
    pub(crate) items: Arc<dyn Any + Send + Sync>,
}

impl<T> PlaylistQueue<T> {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(QueueState {
                dues: vec![],
                items: vec![],
                bytes: 0,
                closed: false,
                receiver_gone: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Adds a hit with an item of `bytes` bytes when there is room for it.
    ///
    /// Returns true if the worker still takes hits.
    pub(crate) fn push(&self, due: Duration, item: T, bytes: usize) -> bool {
        let full = |state: &mut QueueState<T>| {
            let too_many = state.dues.len() >= MAX_QUEUED_HITS;
            // An item above the limit is queued alone.
            let too_large = state.bytes.saturating_add(bytes) > MAX_QUEUED_BYTES;
            (too_many || too_large && !state.dues.is_empty()) && !state.receiver_gone
        };
        let mut state = self
            .changed
            .wait_while(self.lock(), full)
            .unwrap_or_else(PoisonError::into_inner);
        state.dues.push(due);
        state.items.push(item);
        state.bytes += bytes;
        let (takes_hits, is_first) = (!state.receiver_gone, state.dues.len() == 1);
        drop(state);
        if is_first {
            self.changed.notify_one();
        }
        takes_hits
    }

    /// Marks the queue as complete.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<T>> {
        // No code panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Any + Send + Sync> AnyPlaylistQueue for PlaylistQueue<T> {
    fn take(&self, wait: bool) -> BatchPoll {
        let mut state = self.lock();
        if wait {
            let empty = |state: &mut QueueState<T>| state.dues.is_empty() && !state.closed;
            state = self
                .changed
                .wait_while(state, empty)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.dues.is_empty() {
            return if state.closed {
                BatchPoll::Ended
            } else {
                BatchPoll::Pending
            };
        }
        let dues = std::mem::take(&mut state.dues);
        let items = std::mem::take(&mut state.items);
        state.bytes = 0;
        drop(state);
        self.changed.notify_one();
        let items = Arc::new(items);
        BatchPoll::Ready(PlaylistBatch { dues, items })
    }

    fn disconnect(&self) {
        self.lock().receiver_gone = true;
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_bounded_by_bytes_too() {
        let queue = Arc::new(PlaylistQueue::new());
        let reader = std::thread::spawn({
            let queue = queue.clone();
            move || {
                (0..100_u8).all(|item| queue.push(Duration::ZERO, item, MAX_QUEUED_BYTES / 4))
                    && queue.push(Duration::ZERO, 100, usize::MAX)
            }
        });
        let (mut items, mut largest) = (0, 0);
        while items < 101 {
            let BatchPoll::Ready(batch) = queue.take(true) else {
                panic!("the queue ended early")
            };
            largest = largest.max(batch.dues.len());
            items += batch.dues.len();
        }
        assert!(reader.join().unwrap());
        assert!(largest <= 4, "{largest}");
    }
}
