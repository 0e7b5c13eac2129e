use std::collections::VecDeque;

use crate::schedule::AnyPlaylistItem;

/// The items of hits that are due and not started, in their order.
#[derive(Debug, Default)]
pub(super) struct BacklogItems {
    /// The place of the front one among all hits of the worker.
    first_index: u64,
    items: VecDeque<Option<AnyPlaylistItem>>,
}

impl BacklogItems {
    /// Keeps the item of the next hit.
    pub(super) fn push(&mut self, item: AnyPlaylistItem) {
        self.items.push_back(Some(item));
    }

    /// The item of hit `number` of `workers` workers, if it has one. It is given once.
    pub(super) fn take(&mut self, number: u64, workers: usize) -> Option<AnyPlaylistItem> {
        let place = (number / workers as u64).checked_sub(self.first_index)?;
        let item = self.items.get_mut(usize::try_from(place).ok()?)?.take();
        while let Some(None) = self.items.front() {
            self.items.pop_front();
            self.first_index += 1;
        }
        item
    }
}
