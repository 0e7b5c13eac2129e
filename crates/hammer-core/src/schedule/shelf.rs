use std::any::Any;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::deck::Batch;

/// Hits that may lie ready for each worker.
const AHEAD: usize = 4096;
/// Bytes that they may have, of which one hit may have more than that.
const AHEAD_BYTES: usize = 16 << 20;

/// Where the reader of a playlist puts the hits of one worker, and this takes all that lie there at
/// once: what comes slowly is held back by nobody, and what comes fast costs a lock for thousands.
pub(super) struct Shelf<T> {
    inside: Mutex<Inside<T>>,
    changed: Condvar,
}

struct Inside<T> {
    dues: Vec<Duration>,
    items: Vec<T>,
    /// What the items weigh.
    bytes: usize,
    /// The reader puts nothing more here.
    over: bool,
    /// The worker takes nothing more.
    gone: bool,
}

/// The worker's side of a shelf, whatever lies there.
pub(super) trait Take: Send {
    /// All that lies there, if anything does; waits for that, if it is to.
    fn take(&self, wait: bool) -> Taken;
    /// The worker is gone.
    fn leave(&self);
}

/// What a worker found.
pub(super) enum Taken {
    Batch(Batch),
    /// Nothing yet.
    Nothing,
    /// Nothing for ever.
    Over,
}

impl<T> Shelf<T> {
    pub(super) fn new() -> Self {
        Self {
            inside: Mutex::new(Inside {
                dues: vec![],
                items: vec![],
                bytes: 0,
                over: false,
                gone: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Puts a hit there that has so many bytes, when there is room for it; whether it is still wanted.
    pub(super) fn put(&self, due: Duration, item: T, bytes: usize) -> bool {
        let full = |inside: &mut Inside<T>| {
            let many = inside.dues.len() >= AHEAD;
            // What is too large for the shelf is there alone.
            let large = inside.bytes.saturating_add(bytes) > AHEAD_BYTES;
            (many || large && !inside.dues.is_empty()) && !inside.gone
        };
        let mut inside = self
            .changed
            .wait_while(self.lock(), full)
            .unwrap_or_else(PoisonError::into_inner);
        inside.dues.push(due);
        inside.items.push(item);
        inside.bytes += bytes;
        let (wanted, first) = (!inside.gone, inside.dues.len() == 1);
        drop(inside);
        if first {
            self.changed.notify_one();
        }
        wanted
    }

    /// There is no more.
    pub(super) fn end(&self) {
        self.lock().over = true;
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Inside<T>> {
        // Nothing in here panics half-way.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Any + Send + Sync> Take for Shelf<T> {
    fn take(&self, wait: bool) -> Taken {
        let mut inside = self.lock();
        if wait {
            let empty = |inside: &mut Inside<T>| inside.dues.is_empty() && !inside.over;
            inside = self
                .changed
                .wait_while(inside, empty)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if inside.dues.is_empty() {
            return if inside.over {
                Taken::Over
            } else {
                Taken::Nothing
            };
        }
        let dues = std::mem::take(&mut inside.dues);
        let items = std::mem::take(&mut inside.items);
        inside.bytes = 0;
        drop(inside);
        self.changed.notify_one();
        Taken::Batch(Batch::new(dues, Arc::new(items)))
    }

    fn leave(&self) {
        self.lock().gone = true;
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shelf_is_bounded_by_bytes_too() {
        let shelf = Arc::new(Shelf::new());
        let reader = std::thread::spawn({
            let shelf = shelf.clone();
            move || {
                (0..100_u8).all(|item| shelf.put(Duration::ZERO, item, AHEAD_BYTES / 4))
                    && shelf.put(Duration::ZERO, 100, usize::MAX)
            }
        });
        let (mut items, mut most) = (0, 0);
        while items < 101 {
            let Taken::Batch(batch) = shelf.take(true) else {
                panic!("the reader has more")
            };
            most = most.max(batch.len());
            items += batch.len();
        }
        assert!(reader.join().unwrap());
        assert!(most <= 4, "{most}");
    }
}
