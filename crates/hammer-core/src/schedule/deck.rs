use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::shelf::{Take, Taken};

/// Some hits of one worker, in order.
pub(crate) struct Batch {
    dues: Vec<Duration>,
    items: Arc<dyn Any + Send + Sync>,
}

/// What a hit of a playlist sends.
#[derive(Clone)]
pub(crate) struct AnyItem {
    items: Arc<dyn Any + Send + Sync>,
    index: usize,
}

/// What a [playlist](crate::Playlist) has for a hit.
#[derive(Debug, Clone)]
pub struct Item<T> {
    items: Arc<Vec<T>>,
    index: usize,
}

/// A worker's part of a playlist, as far as it was read.
pub(crate) struct Deck {
    shelf: Arc<dyn Take + Sync>,
    batch: Option<Batch>,
    /// The place in it of the next hit.
    next: usize,
    peak: f64,
    patient: bool,
    over: bool,
    /// When the reader was last found to be behind.
    starved: Option<Duration>,
}

impl Batch {
    pub(super) fn new(dues: Vec<Duration>, items: Arc<dyn Any + Send + Sync>) -> Self {
        Self { dues, items }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.dues.len()
    }
}

impl AnyItem {
    /// It as a `T`, if it is one.
    pub(crate) fn of<T: Send + Sync + 'static>(&self) -> Option<Item<T>> {
        let items = self.items.clone().downcast::<Vec<T>>().ok()?;
        let index = self.index;
        (index < items.len()).then_some(Item { items, index })
    }
}

impl<T> Deref for Item<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.items[self.index]
    }
}

impl Deck {
    pub(super) fn new(shelf: Arc<dyn Take + Sync>, peak: f64, patient: bool) -> Self {
        Self {
            shelf,
            batch: None,
            next: 0,
            peak,
            patient,
            over: false,
            starved: None,
        }
    }

    /// Waits for the first hits, so that the start finds them.
    pub(crate) fn wait(&mut self) {
        self.read(true);
    }

    /// Takes what lies ready; whether there is anything, or never will be.
    fn read(&mut self, wait: bool) -> bool {
        match self.shelf.take(wait) {
            Taken::Batch(batch) => self.batch = Some(batch),
            Taken::Over => self.over = true,
            Taken::Nothing => return false,
        }
        true
    }

    /// When the next hit is due; none if there is none, or it was not read yet.
    pub(super) fn look(&mut self) -> Option<Duration> {
        loop {
            if let Some(batch) = &self.batch {
                if let Some(due) = batch.dues.get(self.next) {
                    return Some(*due);
                }
                (self.batch, self.next) = (None, 0);
            }
            if self.over || !self.read(self.patient) {
                return None;
            }
        }
    }

    /// The item of the hit that [`look`](Self::look) found.
    pub(super) fn item(&self) -> Option<AnyItem> {
        let items = self.batch.as_ref()?.items.clone();
        let index = self.next;
        Some(AnyItem { items, index })
    }

    /// Moves on to the hit after it.
    pub(super) fn pass(&mut self) {
        self.next += 1;
    }

    /// Leaves out what is left.
    pub(super) fn end(&mut self) {
        self.over = true;
        self.batch = None;
    }

    pub(super) fn is_over(&self) -> bool {
        self.over && self.batch.is_none()
    }

    pub(super) fn peak(&self) -> f64 {
        self.peak
    }

    /// Notes that at `elapsed` nothing lay ready.
    pub(super) fn starve(&mut self, elapsed: Duration) {
        self.starved = Some(elapsed);
    }

    /// Whether a hit that was due then was read too late.
    pub(super) fn missed(&self, due: Duration) -> bool {
        self.starved.is_some_and(|at| due <= at)
    }
}

impl Drop for Deck {
    fn drop(&mut self) {
        self.shelf.leave();
    }
}

impl fmt::Debug for Deck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deck")
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AnyItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyItem")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
