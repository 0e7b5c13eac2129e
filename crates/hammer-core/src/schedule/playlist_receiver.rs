//! A worker's end of a playlist.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::model::playlist_item::AnyPlaylistItem;
use crate::schedule::playlist_queue::{AnyPlaylistQueue, BatchPoll, PlaylistBatch};

/// A worker's part of a playlist, as far as it was read.
pub(crate) struct PlaylistReceiver {
    queue: Arc<dyn AnyPlaylistQueue + Sync>,
    batch: Option<PlaylistBatch>,
    /// The index of the next hit in the batch.
    next_index: usize,
    peak: f64,
    waits: bool,
    ended: bool,
    /// The last time at which no hit had been read yet.
    starved_at: Option<Duration>,
}

impl PlaylistReceiver {
    pub(crate) fn new(queue: Arc<dyn AnyPlaylistQueue + Sync>, peak: f64, waits: bool) -> Self {
        Self {
            queue,
            batch: None,
            next_index: 0,
            peak,
            waits,
            ended: false,
            starved_at: None,
        }
    }

    /// Waits for the first hits, so that they are ready at the start.
    pub(crate) fn wait_for_first(&mut self) {
        self.receive(true);
    }

    /// Takes the hits that are ready.
    ///
    /// Returns false if there are none yet.
    fn receive(&mut self, wait: bool) -> bool {
        match self.queue.take(wait) {
            BatchPoll::Ready(batch) => self.batch = Some(batch),
            BatchPoll::Ended => self.ended = true,
            BatchPoll::Pending => return false,
        }
        true
    }

    /// The due time of the next hit, or `None` at the end or if it has not been read yet.
    pub(super) fn peek_due(&mut self) -> Option<Duration> {
        loop {
            if let Some(batch) = &self.batch {
                if let Some(due) = batch.dues.get(self.next_index) {
                    return Some(*due);
                }
                (self.batch, self.next_index) = (None, 0);
            }
            if self.ended || !self.receive(self.waits) {
                return None;
            }
        }
    }

    /// The item of the hit found by [`peek_due`](Self::peek_due).
    pub(super) fn item(&self) -> Option<AnyPlaylistItem> {
        let items = self.batch.as_ref()?.items.clone();
        let index = self.next_index;
        Some(AnyPlaylistItem::new(items, index))
    }

    /// Moves on to the next hit.
    pub(super) fn advance(&mut self) {
        self.next_index += 1;
    }

    /// Drops all remaining hits.
    pub(super) fn end(&mut self) {
        self.ended = true;
        self.batch = None;
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended && self.batch.is_none()
    }

    pub(super) fn peak(&self) -> f64 {
        self.peak
    }

    /// Records that at `elapsed` no hit was ready.
    pub(super) fn mark_starved(&mut self, elapsed: Duration) {
        self.starved_at = Some(elapsed);
    }

    /// Returns true if a hit due at `due` was read too late.
    pub(super) fn was_starved_at(&self, due: Duration) -> bool {
        self.starved_at.is_some_and(|at| due <= at)
    }
}

impl Drop for PlaylistReceiver {
    fn drop(&mut self) {
        self.queue.disconnect();
    }
}

impl fmt::Debug for PlaylistReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlaylistReceiver")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
