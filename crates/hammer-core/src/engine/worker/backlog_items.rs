//! Playlist items of the hits in the backlog.

use std::collections::VecDeque;

use crate::model::playlist_item::AnyPlaylistItem;

/// The items of hits that are due and not started, in order.
#[derive(Debug, Default)]
pub(super) struct BacklogPlaylistItems {
    /// The index of the front item among all hits of the worker.
    first_index: u64,
    items: VecDeque<Option<AnyPlaylistItem>>,
}

impl BacklogPlaylistItems {
    /// Adds the item of the next hit.
    pub(super) fn push(&mut self, item: AnyPlaylistItem) {
        self.items.push_back(Some(item));
    }

    /// Takes the item of hit `number` of `workers` workers, once.
    pub(super) fn take(&mut self, number: u64, workers: usize) -> Option<AnyPlaylistItem> {
        let index = (number / workers as u64).checked_sub(self.first_index)?;
        let item = self.items.get_mut(usize::try_from(index).ok()?)?.take();
        while let Some(None) = self.items.front() {
            self.items.pop_front();
            self.first_index += 1;
        }
        item
    }
}
