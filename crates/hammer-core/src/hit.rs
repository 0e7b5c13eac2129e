use std::{fmt, rc::Rc, time::Duration};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use crate::notes::Notes;
use crate::{Item, Label};

/// A place for one hit at a time.
#[derive(Clone)]
pub struct Slot {
    pub(crate) index: usize,
    pub(crate) worker: usize,
    pub(crate) workers: usize,
    pub(crate) closed_loop: bool,
    pub(crate) notes: Rc<Notes>,
}

impl Slot {
    /// The number of this slot, unique within the run, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The number of the worker that this slot belongs to, from 0.
    #[must_use]
    pub fn worker(&self) -> usize {
        self.worker
    }

    /// Names the step that ends now: its length is the time since the last mark of this session,
    /// or since it began to open.
    pub fn mark(&self, phase: &'static str) {
        self.notes.mark(phase);
    }

    /// How many workers the run has.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// Whether the next hit of a slot is due when its last one has ended (`-r max`), and not by a
    /// schedule. There, a hit that waits for what it needs misses nothing, and one that fails at
    /// once for want of it is followed by the next at once.
    #[must_use]
    pub fn is_closed_loop(&self) -> bool {
        self.closed_loop
    }

    /// What the slots of this worker share, such as connections that carry several hits at a time:
    /// one of each type, made by the first slot that asks, and dropped with the worker.
    pub fn share<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        self.notes.commons().get(make)
    }

    /// This slot with its steps measured apart, from now on: for a connection that several slots
    /// share.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            notes: Rc::new(self.notes.apart()),
            ..self.clone()
        }
    }

    /// Adds `n` to a counter of the report, under its key `counts`.
    pub fn count(&self, counter: &'static str, n: u64) {
        self.notes.count(counter, n);
    }

    /// Notes something that was found out, such as a version that was agreed upon: the report
    /// has, under its key `facts`, how often each value was found.
    pub fn fact(&self, name: &'static str, value: impl Into<Label>) {
        self.notes.fact(name, value.into());
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("index", &self.index)
            .field("worker", &self.worker)
            .finish()
    }
}

/// One item of the schedule, given to a hammer.
#[derive(Debug, Clone)]
pub struct Hit {
    pub(crate) number: u64,
    pub(crate) due: Duration,
    pub(crate) seed: u64,
    pub(crate) slot: Slot,
}

impl Hit {
    /// The number of this hit in the schedule, from 0.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When this hit was due, as an offset from the start of the run.
    #[must_use]
    pub fn due(&self) -> Duration {
        self.due
    }

    /// The slot that this hit runs in.
    #[must_use]
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// What a [playlist](crate::Playlist) has for this hit, if that is a `T`; no other schedule has items.
    #[must_use]
    pub fn item<T: Send + Sync + 'static>(&self) -> Option<Item<T>> {
        self.slot.notes.item()
    }

    /// Randomness that depends on the run's seed and the number of this hit alone.
    ///
    /// The same seed sends the same hits at any number of threads and slots. Each call begins
    /// the same sequence anew.
    #[must_use]
    pub fn rng(&self) -> Xoshiro256PlusPlus {
        // SplitMix64's increment keeps neighbouring hits apart; the generator's own seeding,
        // SplitMix64 again, does the mixing (Blackman and Vigna, prng.di.unimi.it).
        let key = self.seed
            ^ self
                .number
                .wrapping_add(1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Xoshiro256PlusPlus::seed_from_u64(key)
    }

    /// Names the step of this hit that ends now: its length is the time since the last mark, or
    /// since the hit was started.
    pub fn mark(&self, phase: &'static str) {
        self.slot.mark(phase);
    }

    /// Counts this hit in a row of its own in the report, by its place in
    /// [`Hammer::rows`](crate::Hammer::rows); the last call holds.
    pub fn row(&self, row: usize) {
        self.slot.notes.row(row);
    }
}
