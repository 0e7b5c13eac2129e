//! Playlists of hits that were planned one by one.

use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::schedule::playlist_queue::{AnyPlaylistQueue, PlaylistQueue};
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::rate::Rate;

/// Hits that were planned one by one, each with a due time and an item that defines what to send.
///
/// They come from an iterator, which a separate thread runs ahead of the run by a bounded number of
/// hits, so memory does not grow with the playlist. A slow iterator makes hits late, but does not
/// change their due times. The counter `read_late` counts these hits.
///
/// ```
/// use std::time::Duration;
/// use hammer_core::{Hit, Outcome, Playlist, Run, Schedule, from_fn};
///
/// let ms = Duration::from_millis;
/// let plan = [(ms(0), "first"), (ms(3), "second"), (ms(4), "third")];
/// let playlist = Playlist::new(3, ms(5), move || plan.into_iter());
/// let hammer = from_fn(async |hit: &mut Hit| {
///     Ok(Outcome::ok(*hit.item::<&'static str>().expect("each hit has an item")))
/// });
/// let report = Run::new(hammer, Schedule::playlist(playlist)).execute()?;
/// assert_eq!(report.labels["second"], 1);
/// # Ok::<(), hammer_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Playlist {
    hits: u64,
    length: Duration,
    peak: Option<f64>,
    make_queues: Arc<QueueFactory>,
}

/// Creates a queue for each worker, and the function that fills the queues.
type QueueFactory = dyn Fn(
        usize,
    ) -> (
        Vec<Arc<dyn AnyPlaylistQueue + Sync>>,
        Box<dyn FnOnce() + Send>,
    ) + Send
    + Sync;

impl Playlist {
    /// Creates a playlist of `hits` hits within `length`.
    ///
    /// `open` creates the iterator, which returns the due time from the start and the item of each
    /// hit. Due times must not decrease.
    pub fn new<I, T>(
        hits: u64,
        length: Duration,
        open: impl Fn() -> I + Send + Sync + 'static,
    ) -> Self
    where
        I: Iterator<Item = (Duration, T)>,
        T: Send + Sync + 'static,
    {
        Self::with_item_size(hits, length, |_| 0, open)
    }

    /// Creates a playlist of large items.
    ///
    /// `item_size` returns the memory of an item in bytes. Each worker's queue is limited by these
    /// bytes as well.
    pub fn with_item_size<I, T>(
        hits: u64,
        length: Duration,
        item_size: fn(&T) -> usize,
        open: impl Fn() -> I + Send + Sync + 'static,
    ) -> Self
    where
        I: Iterator<Item = (Duration, T)>,
        T: Send + Sync + 'static,
    {
        let open = Arc::new(open);
        let make_queues = move |workers| {
            let queues: Vec<_> = (0..workers)
                .map(|_| Arc::new(PlaylistQueue::new()))
                .collect();
            let sources = queues
                .iter()
                .map(|queue| queue.clone() as Arc<dyn AnyPlaylistQueue + Sync>);
            let (sources, open) = (sources.collect(), open.clone());
            let fill: Box<dyn FnOnce() + Send> =
                Box::new(move || fill_queues(open(), item_size, &queues));
            (sources, fill)
        };
        Self {
            hits,
            length,
            peak: None,
            make_queues: Arc::new(make_queues),
        }
    }

    /// Sets the peak rate in hits per second, which decides how many slots open before the start.
    ///
    /// The default is the mean rate.
    #[must_use]
    pub fn peak(mut self, per_second: f64) -> Self {
        self.peak = Some(per_second);
        self
    }

    pub(super) fn hit_count(&self) -> u64 {
        self.hits
    }

    pub(super) fn duration(&self) -> Duration {
        self.length
    }

    /// The mean rate, or `None` if there are no hits or no time for them.
    pub(super) fn mean_rate(&self) -> Option<Rate> {
        Rate::new(self.hits, self.length).ok()
    }

    /// Starts reading ahead, with a receiver for each of `workers`.
    ///
    /// A `waits` receiver waits for the reader, so it is never late.
    pub(crate) fn read_ahead(
        &self,
        workers: usize,
        waits: bool,
    ) -> std::io::Result<(JoinHandle<()>, Vec<PlaylistReceiver>)> {
        let (queues, fill) = (self.make_queues)(workers);
        let reader = thread::Builder::new()
            .name("hammer-reader".into())
            .spawn(fill)?;
        let peak = self.peak.or(self.mean_rate().map(|rate| rate.as_f64()));
        let peak = peak.unwrap_or_default() / workers as f64;
        let receiver = |queue| PlaylistReceiver::new(queue, peak, waits);
        Ok((reader, queues.into_iter().map(receiver).collect()))
    }
}

/// Gives hit k to worker k mod n until the iterator ends or a worker is gone.
fn fill_queues<T>(
    hits: impl Iterator<Item = (Duration, T)>,
    item_size: fn(&T) -> usize,
    queues: &[Arc<PlaylistQueue<T>>],
) {
    // A panic of the iterator ends the playlist as well.
    struct QueueCloser<'a, T>(&'a [Arc<PlaylistQueue<T>>]);
    impl<T> Drop for QueueCloser<'_, T> {
        fn drop(&mut self) {
            self.0.iter().for_each(|queue| queue.close());
        }
    }
    let closer = QueueCloser(queues);
    let mut last = Duration::ZERO;
    for ((due, item), queue) in hits.zip(closer.0.iter().cycle()) {
        last = last.max(due);
        let bytes = item_size(&item);
        if !queue.push(last, item, bytes) {
            return;
        }
    }
}

impl PartialEq for Playlist {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.make_queues, &other.make_queues)
    }
}

impl fmt::Debug for Playlist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Playlist")
            .field("hits", &self.hits)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
