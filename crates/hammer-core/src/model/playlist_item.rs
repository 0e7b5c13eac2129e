//! Items of a playlist, one per hit.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The item of a hit, of any type.
#[derive(Clone)]
pub(crate) struct AnyPlaylistItem {
    items: Arc<dyn Any + Send + Sync>,
    index: usize,
}

/// The item of a hit of a [playlist](crate::Playlist); dereferences to a `T`.
#[derive(Debug, Clone)]
pub struct PlaylistItem<T> {
    items: Arc<Vec<T>>,
    index: usize,
}

impl AnyPlaylistItem {
    /// Creates the item at `index` of `items`, which is a `Vec`.
    pub(crate) fn new(items: Arc<dyn Any + Send + Sync>, index: usize) -> Self {
        Self { items, index }
    }

    /// Returns the item as a `T`, if it is one.
    pub(crate) fn downcast<T: Send + Sync + 'static>(&self) -> Option<PlaylistItem<T>> {
        let items = self.items.clone().downcast::<Vec<T>>().ok()?;
        let index = self.index;
        (index < items.len()).then_some(PlaylistItem { items, index })
    }
}

impl<T> Deref for PlaylistItem<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.items[self.index]
    }
}

impl fmt::Debug for AnyPlaylistItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyPlaylistItem")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
