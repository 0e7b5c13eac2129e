use std::collections::VecDeque;

use crate::schedule::AnyItem;

/// The items of hits that are due and not started, in their order.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// The place of the front one among all hits of the worker.
    first: u64,
    held: VecDeque<Option<AnyItem>>,
}

impl Items {
    /// Keeps the item of the next hit.
    pub(super) fn put(&mut self, item: AnyItem) {
        self.held.push_back(Some(item));
    }

    /// The item of hit `number` of `workers` workers, if it has one. It is given once.
    pub(super) fn take(&mut self, number: u64, workers: usize) -> Option<AnyItem> {
        let place = (number / workers as u64).checked_sub(self.first)?;
        let item = self.held.get_mut(usize::try_from(place).ok()?)?.take();
        while let Some(None) = self.held.front() {
            self.held.pop_front();
            self.first += 1;
        }
        item
    }
}
