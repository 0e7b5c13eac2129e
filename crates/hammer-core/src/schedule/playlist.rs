use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::PlaylistReceiver;
use super::playlist_queue::{BatchSource, PlaylistQueue};
use crate::Rate;

/// Hits that were planned one by one: when each is due, and an item for it that says what to send.
///
/// They come from an iterator that a thread of its own runs ahead of the run, by a bounded number of
/// hits: however many there are, memory does not grow. An iterator that falls behind makes hits late,
/// and each of those is counted; they are due when they were.
///
/// ```
/// use std::time::Duration;
/// use hammer_core::{Hit, Outcome, Playlist, Run, Schedule, from_fn};
///
/// let ms = Duration::from_millis;
/// let plan = [(ms(0), "first"), (ms(3), "second"), (ms(4), "third")];
/// let playlist = Playlist::new(3, ms(5), move || plan.into_iter());
/// let hammer = from_fn(|hit: Hit| async move {
///     Ok(Outcome::ok(*hit.item::<&'static str>().expect("each has one")))
/// });
/// let report = Run::new(hammer, Schedule::playlist(playlist)).execute(|_| ())?;
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

/// Makes a shelf for each of so many workers, and what fills them.
type QueueFactory =
    dyn Fn(usize) -> (Vec<Arc<dyn BatchSource + Sync>>, Box<dyn FnOnce() + Send>) + Send + Sync;

impl Playlist {
    /// `hits` hits within `length`, which are what the iterator that `open` makes gives: due times from
    /// the start, that never go back, each with its item.
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

    /// The same, of items that are large: `weigh` says how many bytes one keeps in memory, and what is
    /// read ahead for each worker is bounded by them as well.
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
        let deal = move |workers| {
            let shelves: Vec<_> = (0..workers)
                .map(|_| Arc::new(PlaylistQueue::new()))
                .collect();
            let taken = shelves
                .iter()
                .map(|shelf| shelf.clone() as Arc<dyn BatchSource + Sync>);
            let (taken, open) = (taken.collect(), open.clone());
            let fill: Box<dyn FnOnce() + Send> =
                Box::new(move || fill_queues(open(), item_size, &shelves));
            (taken, fill)
        };
        Self {
            hits,
            length,
            peak: None,
            make_queues: Arc::new(deal),
        }
    }

    /// The most hits per second that there will be: so many slots are opened before the start as that
    /// takes. The mean unless set.
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

    /// Hits per second on average; none if there is no hit, or no time for it.
    pub(super) fn mean_rate(&self) -> Option<Rate> {
        Rate::new(self.hits, self.length).ok()
    }

    /// Begins to read ahead for `workers`, each of which gets its part. One that is `patient` waits for
    /// the reader as long as that takes, and so is never late.
    pub(crate) fn read_ahead(
        &self,
        workers: usize,
        blocking: bool,
    ) -> std::io::Result<(JoinHandle<()>, Vec<PlaylistReceiver>)> {
        let (shelves, fill) = (self.make_queues)(workers);
        let reader = thread::Builder::new()
            .name("hammer-reader".into())
            .spawn(fill)?;
        let peak = self.peak.or(self.mean_rate().map(|rate| rate.as_f64()));
        let peak = peak.unwrap_or_default() / workers as f64;
        let deck = |shelf| PlaylistReceiver::new(shelf, peak, blocking);
        Ok((reader, shelves.into_iter().map(deck).collect()))
    }
}

/// Hit k goes to worker k mod n, until there is no more or somebody wants no more.
fn fill_queues<T>(
    hits: impl Iterator<Item = (Duration, T)>,
    item_size: fn(&T) -> usize,
    queues: &[Arc<PlaylistQueue<T>>],
) {
    // A panic of the iterator ends the playlist as well.
    struct QueueCloser<'a, T>(&'a [Arc<PlaylistQueue<T>>]);
    impl<T> Drop for QueueCloser<'_, T> {
        fn drop(&mut self) {
            self.0.iter().for_each(|shelf| shelf.close());
        }
    }
    let end = QueueCloser(queues);
    let mut last = Duration::ZERO;
    for ((due, item), shelf) in hits.zip(end.0.iter().cycle()) {
        last = last.max(due);
        let bytes = item_size(&item);
        if !shelf.push(last, item, bytes) {
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
