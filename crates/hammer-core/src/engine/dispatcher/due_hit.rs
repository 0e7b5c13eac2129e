//! Hits that are due and not started.

use std::time::Duration;

use crate::model::hit::FIRST_WARMUP_NUMBER;
use crate::model::playlist_item::AnyPlaylistItem;

/// A hit that is due and not started.
#[derive(Debug)]
pub(crate) struct DueHit {
    pub(crate) id: HitId,
    /// The item of the playlist that the hit belongs to, if the schedule is one.
    pub(crate) item: Option<AnyPlaylistItem>,
}

/// The number and the due time of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HitId {
    pub(crate) number: u64,
    pub(crate) due: Duration,
}

impl DueHit {
    /// Creates a hit without an item.
    pub(crate) fn new(number: u64, due: Duration) -> Self {
        let id = HitId { number, due };
        Self { id, item: None }
    }
}

impl HitId {
    /// Returns true for a hit of the warm-up, which the report does not count.
    pub(crate) fn is_warmup(self) -> bool {
        self.number >= FIRST_WARMUP_NUMBER
    }
}
