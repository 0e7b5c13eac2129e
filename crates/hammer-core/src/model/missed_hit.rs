//! A hit that its hammer did not get.

use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;

use crate::model::hit::{Slot, rng_for};
use crate::model::playlist_item::{AnyPlaylistItem, PlaylistItem};

/// A hit that its hammer did not get: it was never started, or its session did not open.
#[derive(Debug, Clone, Copy)]
pub struct MissedHit<'a> {
    pub(crate) number: u64,
    pub(crate) due: Duration,
    pub(crate) seed: u64,
    pub(crate) slot: Option<&'a Slot>,
    pub(crate) item: Option<&'a AnyPlaylistItem>,
}

impl MissedHit<'_> {
    /// The number of this hit in the schedule, from 0.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The due time, as an offset from the start of the run.
    #[must_use]
    pub fn due(&self) -> Duration {
        self.due
    }

    /// The slot in which this hit was started, or `None` if it was never started.
    #[must_use]
    pub fn slot(&self) -> Option<&Slot> {
        self.slot
    }

    /// The item of a [playlist](crate::Playlist) for this hit, if it is a `T`.
    #[must_use]
    pub fn item<T: Send + Sync + 'static>(&self) -> Option<PlaylistItem<T>> {
        self.item?.downcast()
    }

    /// Returns the random numbers that [`Hit::rng`](crate::Hit::rng) would have returned.
    #[must_use]
    pub fn rng(&self) -> Xoshiro256PlusPlus {
        rng_for(self.seed, self.number)
    }
}
