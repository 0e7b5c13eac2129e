use std::any::Any;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::playlist_receiver::PlaylistBatch;

/// Hits that may lie ready for each worker.
const MAX_QUEUED_HITS: usize = 4096;
/// Bytes that they may have, of which one hit may have more than that.
const MAX_QUEUED_BYTES: usize = 16 << 20;

/// Where the reader of a playlist puts the hits of one worker, and this takes all that lie there at
/// once: what comes slowly is held back by nobody, and what comes fast costs a lock for thousands.
pub(super) struct PlaylistQueue<T> {
    state: Mutex<QueueState<T>>,
    changed: Condvar,
}

struct QueueState<T> {
    dues: Vec<Duration>,
    items: Vec<T>,
    /// What the items weigh.
    bytes: usize,
    /// The reader puts nothing more here.
    closed: bool,
    /// The worker takes nothing more.
    receiver_gone: bool,
}

/// The worker's side of a shelf, whatever lies there.
pub(super) trait BatchSource: Send {
    /// All that lies there, if anything does; waits for that, if it is to.
    fn take(&self, wait: bool) -> BatchPoll;
    /// The worker is gone.
    fn disconnect(&self);
}

/// What a worker found.
pub(super) enum BatchPoll {
    Ready(PlaylistBatch),
    /// Nothing yet.
    Pending,
    /// Nothing for ever.
    Ended,
}

impl<T> PlaylistQueue<T> {
    pub(super) fn new() -> Self {
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

    /// Puts a hit there that has so many bytes, when there is room for it; whether it is still wanted.
    pub(super) fn push(&self, due: Duration, item: T, bytes: usize) -> bool {
        let full = |inside: &mut QueueState<T>| {
            let many = inside.dues.len() >= MAX_QUEUED_HITS;
            // What is too large for the shelf is there alone.
            let large = inside.bytes.saturating_add(bytes) > MAX_QUEUED_BYTES;
            (many || large && !inside.dues.is_empty()) && !inside.receiver_gone
        };
        let mut inside = self
            .changed
            .wait_while(self.lock(), full)
            .unwrap_or_else(PoisonError::into_inner);
        inside.dues.push(due);
        inside.items.push(item);
        inside.bytes += bytes;
        let (wanted, first) = (!inside.receiver_gone, inside.dues.len() == 1);
        drop(inside);
        if first {
            self.changed.notify_one();
        }
        wanted
    }

    /// There is no more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<T>> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Any + Send + Sync> BatchSource for PlaylistQueue<T> {
    fn take(&self, wait: bool) -> BatchPoll {
        let mut inside = self.lock();
        if wait {
            let empty = |inside: &mut QueueState<T>| inside.dues.is_empty() && !inside.closed;
            inside = self
                .changed
                .wait_while(inside, empty)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if inside.dues.is_empty() {
            return if inside.closed {
                BatchPoll::Ended
            } else {
                BatchPoll::Pending
            };
        }
        let dues = std::mem::take(&mut inside.dues);
        let items = std::mem::take(&mut inside.items);
        inside.bytes = 0;
        drop(inside);
        self.changed.notify_one();
        BatchPoll::Ready(PlaylistBatch::new(dues, Arc::new(items)))
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
        let shelf = Arc::new(PlaylistQueue::new());
        let reader = std::thread::spawn({
            let shelf = shelf.clone();
            move || {
                (0..100_u8).all(|item| shelf.push(Duration::ZERO, item, MAX_QUEUED_BYTES / 4))
                    && shelf.push(Duration::ZERO, 100, usize::MAX)
            }
        });
        let (mut items, mut most) = (0, 0);
        while items < 101 {
            let BatchPoll::Ready(batch) = shelf.take(true) else {
                panic!("the reader has more")
            };
            most = most.max(batch.len());
            items += batch.len();
        }
        assert!(reader.join().unwrap());
        assert!(most <= 4, "{most}");
    }
}
