use std::{fmt, rc::Rc, time::Duration};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use crate::hit_notes::HitNotes;
use crate::{Label, PlaylistItem};

/// A place for one hit at a time.
#[derive(Clone)]
pub struct Slot {
    pub(crate) index: usize,
    pub(crate) worker: usize,
    pub(crate) workers: usize,
    pub(crate) seed: u64,
    pub(crate) closed_loop: bool,
    pub(crate) notes: Rc<HitNotes>,
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
    pub fn worker_local<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        self.notes.worker_locals().get_or_init(make)
    }

    /// This slot with its steps measured apart, from now on: for a connection that several slots
    /// share.
    #[must_use]
    pub fn with_separate_phases(&self) -> Self {
        Self {
            notes: Rc::new(self.notes.with_separate_phases()),
            ..self.clone()
        }
    }

    /// Randomness that depends on the run's seed and `number` alone, and is that of no hit: for what is
    /// more than a hit, such as a client that has values of its own. It begins anew with each call.
    #[must_use]
    pub fn rng(&self, number: u64) -> Xoshiro256PlusPlus {
        rng_for(!self.seed, number)
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
    pub(crate) slot: Slot,
}

/// The sequence of this number among those of a seed.
fn rng_for(seed: u64, number: u64) -> Xoshiro256PlusPlus {
    // SplitMix64's increment keeps neighbours apart; the generator's own seeding, SplitMix64 again,
    // does the mixing (Blackman and Vigna, prng.di.unimi.it).
    let key = seed ^ number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Xoshiro256PlusPlus::seed_from_u64(key)
}

/// Hits of the warm-up are numbered from here on, so that those that count begin at 0.
pub(crate) const FIRST_WARMUP_NUMBER: u64 = 1 << 63;

impl Hit {
    /// The number of this hit in the schedule, from 0.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether it belongs to the warm-up, and so to no number of the report. A hammer that keeps accounts
    /// of its own leaves it out of them.
    #[must_use]
    pub fn is_warm_up(&self) -> bool {
        self.number >= FIRST_WARMUP_NUMBER
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
    pub fn item<T: Send + Sync + 'static>(&self) -> Option<PlaylistItem<T>> {
        self.slot.notes.item()
    }

    /// Randomness that depends on the run's seed and the number of this hit alone.
    ///
    /// The same seed sends the same hits at any number of threads and slots. Each call begins
    /// the same sequence anew.
    #[must_use]
    pub fn rng(&self) -> Xoshiro256PlusPlus {
        rng_for(self.slot.seed, self.number)
    }

    /// Names the step of this hit that ends now: its length is the time since the last mark, or
    /// since the hit was started.
    pub fn mark(&self, phase: &'static str) {
        self.slot.mark(phase);
    }

    /// Counts this hit in a row of its own in the report, by its place in
    /// [`Hammer::rows`](crate::Hammer::rows); the last call holds.
    pub fn group(&self, group: usize) {
        self.slot.notes.set_group(group);
    }
}
