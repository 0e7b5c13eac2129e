use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Deck;
use super::shelf::{Shelf, Take};
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
    deal: Arc<Deal>,
}

/// Makes a shelf for each of so many workers, and what fills them.
type Deal = dyn Fn(usize) -> (Vec<Arc<dyn Take + Sync>>, Box<dyn FnOnce() + Send>) + Send + Sync;

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
        Self::weighed(hits, length, |_| 0, open)
    }

    /// The same, of items that are large: `weigh` says how many bytes one keeps in memory, and what is
    /// read ahead for each worker is bounded by them as well.
    pub fn weighed<I, T>(
        hits: u64,
        length: Duration,
        weigh: fn(&T) -> usize,
        open: impl Fn() -> I + Send + Sync + 'static,
    ) -> Self
    where
        I: Iterator<Item = (Duration, T)>,
        T: Send + Sync + 'static,
    {
        let open = Arc::new(open);
        let deal = move |workers| {
            let shelves: Vec<_> = (0..workers).map(|_| Arc::new(Shelf::new())).collect();
            let taken = shelves
                .iter()
                .map(|shelf| shelf.clone() as Arc<dyn Take + Sync>);
            let (taken, open) = (taken.collect(), open.clone());
            let fill: Box<dyn FnOnce() + Send> = Box::new(move || fill(open(), weigh, &shelves));
            (taken, fill)
        };
        Self {
            hits,
            length,
            peak: None,
            deal: Arc::new(deal),
        }
    }

    /// The most hits per second that there will be: so many slots are opened before the start as that
    /// takes. The mean unless set.
    #[must_use]
    pub fn peak(mut self, per_second: f64) -> Self {
        self.peak = Some(per_second);
        self
    }

    pub(super) fn total(&self) -> u64 {
        self.hits
    }

    pub(super) fn length(&self) -> Duration {
        self.length
    }

    /// Hits per second on average; none if there is no hit, or no time for it.
    pub(super) fn mean(&self) -> Option<Rate> {
        Rate::new(self.hits, self.length).ok()
    }

    /// Begins to read ahead for `workers`, each of which gets its part. One that is `patient` waits for
    /// the reader as long as that takes, and so is never late.
    pub(crate) fn read_ahead(
        &self,
        workers: usize,
        patient: bool,
    ) -> std::io::Result<(JoinHandle<()>, Vec<Deck>)> {
        let (shelves, fill) = (self.deal)(workers);
        let reader = thread::Builder::new()
            .name("hammer-reader".into())
            .spawn(fill)?;
        let peak = self.peak.or(self.mean().map(|rate| rate.as_f64()));
        let peak = peak.unwrap_or_default() / workers as f64;
        let deck = |shelf| Deck::new(shelf, peak, patient);
        Ok((reader, shelves.into_iter().map(deck).collect()))
    }
}

/// Hit k goes to worker k mod n, until there is no more or somebody wants no more.
fn fill<T>(
    hits: impl Iterator<Item = (Duration, T)>,
    weigh: fn(&T) -> usize,
    shelves: &[Arc<Shelf<T>>],
) {
    // A panic of the iterator ends the playlist as well.
    struct End<'a, T>(&'a [Arc<Shelf<T>>]);
    impl<T> Drop for End<'_, T> {
        fn drop(&mut self) {
            self.0.iter().for_each(|shelf| shelf.end());
        }
    }
    let end = End(shelves);
    let mut last = Duration::ZERO;
    for ((due, item), shelf) in hits.zip(end.0.iter().cycle()) {
        last = last.max(due);
        let bytes = weigh(&item);
        if !shelf.put(last, item, bytes) {
            return;
        }
    }
}

impl PartialEq for Playlist {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.deal, &other.deal)
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
