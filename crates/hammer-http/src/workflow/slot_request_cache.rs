//! A cache of a slot's copies of requests.

use crate::request::prepared::PreparedRequest;
use crate::request::template::SlotRequestCopy;

/// Maximum number of requests that a slot keeps copies of; beyond that, each hit copies its
/// request.
const MAX_COPIES: usize = 16;

/// The copies of a slot, the most recently used one first.
#[derive(Default)]
pub(super) struct SlotRequestCache(Vec<(usize, SlotRequestCopy)>);

impl SlotRequestCache {
    /// Returns the copy of `request`, which `number` identifies.
    pub(super) fn copy_of(
        &mut self,
        number: usize,
        request: &PreparedRequest,
    ) -> &mut SlotRequestCopy {
        match self.0.iter().position(|(cached, _)| *cached == number) {
            Some(position) => self.0[..=position].rotate_right(1),
            None => {
                self.0.truncate(MAX_COPIES - 1);
                self.0
                    .insert(0, (number, SlotRequestCopy::new(request.clone())));
            }
        }
        &mut self.0[0].1
    }
}
