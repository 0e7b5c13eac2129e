//! One hit of the schedule and the slot it runs in.

use std::fmt;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use crate::model::failure::Failure;
use crate::model::outcome::Label;
use crate::model::peer::{Peer, SlotTurn};
use crate::model::playlist_item::PlaylistItem;
use crate::model::slot_notes::SlotNotes;
use crate::model::step_times::StepTimes;

/// A place for one hit at a time.
#[derive(Clone)]
pub struct Slot {
    pub(crate) index: usize,
    pub(crate) worker: usize,
    pub(crate) workers: usize,
    pub(crate) seed: u64,
    pub(crate) closed_loop: bool,
    pub(crate) turn: SlotTurn,
    pub(crate) notes: Rc<SlotNotes>,
}

impl Slot {
    /// The number of this slot, from 0 and unique within the run.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The number of the worker of this slot, from 0.
    #[must_use]
    pub fn worker(&self) -> usize {
        self.worker
    }

    /// Ends a phase and names it.
    ///
    /// The phase began at the last mark of this session, or when the session began to open.
    pub fn mark(&self, phase: &'static str) {
        self.notes.mark(phase);
    }

    /// The time of the last mark, or the beginning of the current phase.
    #[must_use]
    pub fn last_mark(&self) -> Instant {
        self.notes.phase_start()
    }

    /// The number of workers of the run.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// Returns true in a closed loop (`-r max`): the next hit of a slot is due when its last one
    /// has ended.
    ///
    /// In a closed loop, a hit can wait for data without missing a due time. After a hit that
    /// failed, the slot rests for 1 ms, and up to 100 ms if its hits keep failing.
    #[must_use]
    pub fn is_closed_loop(&self) -> bool {
        self.closed_loop
    }

    /// Returns a value that all slots of this worker share, such as a connection that carries
    /// several hits at a time.
    ///
    /// There is one value of each type. The first call creates it, and it is dropped with the
    /// worker.
    ///
    /// This is also the place for a client that keeps a pool of connections: one in each worker needs no lock
    /// and no wake-up of another thread. A client that all workers share works, but costs both.
    ///
    /// ```
    /// # struct Client; impl Client { fn new() -> Self { Self } }
    /// # use std::rc::Rc;
    /// # use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};
    /// # struct Pooled;
    /// impl Hammer for Pooled {
    ///     type Session = Rc<Client>;
    ///     async fn open(&self, slot: &Slot) -> Result<Rc<Client>, Failure> {
    ///         Ok(slot.worker_local(Client::new))
    ///     }
    /// #   async fn hit(&self, _: &mut Rc<Client>, _: &mut Hit) -> Result<Outcome, Failure> { Ok(Outcome::ok("done")) }
    /// }
    /// ```
    pub fn worker_local<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        self.notes.worker_locals().get_or_init(make)
    }

    /// Returns this slot with its own phases, measured from now on.
    ///
    /// Use it for a connection that several slots share.
    #[must_use]
    pub fn with_separate_phases(&self) -> Self {
        Self {
            notes: Rc::new(self.notes.with_separate_phases()),
            ..self.clone()
        }
    }

    /// Returns random numbers that depend on the run's seed and `number` alone.
    ///
    /// They differ from the random numbers of every hit. Use them for values that belong to more
    /// than one hit, such as those of a client. Each call restarts the same sequence.
    #[must_use]
    pub fn rng(&self, number: u64) -> Xoshiro256PlusPlus {
        rng_for(!self.seed, number)
    }

    /// Begins a step of opening a connection, and sets the failure of the hit if its timeout is due to
    /// this step.
    ///
    /// Without steps, the failure is [`Failure::CONNECT_TIMEOUT`] while the session opens, and
    /// [`Failure::TIMEOUT`] after that. Call [`end_steps`](Self::end_steps) when the connection is open,
    /// or cannot be opened.
    pub fn begin_step(&self, timeout_failure: Failure) {
        self.notes.begin_step(timeout_failure);
    }

    /// Ends the last step of opening a connection.
    pub fn end_steps(&self) {
        self.notes.set_step_times(StepTimes::default());
    }

    /// Returns the failure of a timeout now: that of the longest step since [`end_steps`](Self::end_steps).
    #[must_use]
    pub fn timeout_failure(&self) -> Option<Failure> {
        self.notes.timeout_failure()
    }

    /// Returns the steps so far, for another slot that waits for the same connection.
    #[must_use]
    pub fn step_times(&self) -> StepTimes {
        self.notes.step_times()
    }

    /// Sets the steps so far to those of another slot, which opens a connection for this one too.
    pub fn set_step_times(&self, times: StepTimes) {
        self.notes.set_step_times(times);
    }

    /// Adds `n` to a counter in the report's `counts`.
    pub fn count(&self, counter: &'static str, n: u64) {
        self.notes.count(counter, n);
    }

    /// Records a fact, such as a negotiated version.
    ///
    /// The report's `facts` count how often each value occurred.
    pub fn fact(&self, name: &'static str, value: impl Into<Label>) {
        self.notes.fact(name, value.into());
    }

    /// Returns the peer with this address, for [`set_peer`](Self::set_peer).
    ///
    /// The report counts 64 addresses one by one, and others together. Call it when a connection
    /// opens, not for each hit.
    #[must_use]
    pub fn peer(&self, address: SocketAddr) -> Peer {
        self.notes.peer(address)
    }

    /// Sets the peer that the current hit of this slot is sent to, under which the report's
    /// `addresses` count it.
    ///
    /// Call it when a hit takes a connection, and when an attempt to connect begins, so that a timeout
    /// is counted under the address that did not answer. The last call before the end of the hit wins.
    /// Without a call, the hit belongs to no address.
    pub fn set_peer(&self, peer: Peer) {
        self.notes.set_peer(Some(peer));
    }

    /// The peer that [`set_peer`](Self::set_peer) was last called with, since the current hit started.
    #[must_use]
    pub fn current_peer(&self) -> Option<Peer> {
        self.notes.current_peer()
    }

    /// Records that an attempt to connect to `peer` ended: with a connection, or with a failure.
    ///
    /// The report's `addresses` count both.
    pub fn connection_attempted(&self, peer: Peer, failure: Option<Failure>) {
        let failure = failure.map(|failure| failure.name());
        self.notes.connection_attempted(peer, failure);
    }

    /// The turn of this slot among those of its worker; see [`spread_over`](Self::spread_over).
    ///
    /// Several slots can have the same one.
    #[must_use]
    pub fn turn(&self) -> usize {
        self.turn.turn
    }

    /// Asks the engine to share hits evenly over connections to this number of `addresses`, and
    /// returns the number of the address that this slot should connect to, modulo `addresses`.
    ///
    /// The engine reuses the slot that was used last, so at a low rate a single connection takes all
    /// hits. After this call, slots take turns by their [`turn`](Self::turn), modulo the number of
    /// addresses. Each kind takes one hit a round, and rounds begin with different kinds, so that the
    /// hits of each of several targets are shared too. Slots of several workers begin at different
    /// addresses.
    ///
    /// Users are the exception: they send in turn, whatever their addresses.
    ///
    /// Returns `None` if hits do not choose among slots, as in a closed loop, or if there are fewer
    /// slots than addresses, or more than 256 addresses. Each connection should then go to the next
    /// address.
    #[must_use]
    pub fn spread_over(&self, addresses: usize) -> Option<usize> {
        let turn = self.turn.spread_over(addresses)?;
        Some(turn + self.worker)
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

/// Returns the random numbers for a seed and a number.
pub(crate) fn rng_for(seed: u64, number: u64) -> Xoshiro256PlusPlus {
    // SplitMix64's increment separates neighboring numbers. The generator's own seeding, SplitMix64
    // again, mixes the key (Blackman and Vigna, prng.di.unimi.it).
    let key = seed ^ number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Xoshiro256PlusPlus::seed_from_u64(key)
}

/// The number of the first hit of a warm-up, so that measured hits begin at 0.
pub(crate) const FIRST_WARMUP_NUMBER: u64 = 1 << 63;

impl Hit {
    /// The number of this hit in the schedule, from 0.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns true for a hit of the warm-up, which the report does not count.
    ///
    /// A hammer that keeps its own counts must not count it either.
    #[must_use]
    pub fn is_warm_up(&self) -> bool {
        self.number >= FIRST_WARMUP_NUMBER
    }

    /// The due time, as an offset from the start of the run.
    #[must_use]
    pub fn due(&self) -> Duration {
        self.due
    }

    /// The slot that this hit runs in.
    #[must_use]
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// The item of a [playlist](crate::Playlist) for this hit, if it is a `T`. Other schedules have
    /// no items.
    #[must_use]
    pub fn item<T: Send + Sync + 'static>(&self) -> Option<PlaylistItem<T>> {
        self.slot.notes.item()
    }

    /// Returns random numbers that depend on the run's seed and the number of this hit alone.
    ///
    /// Equal seeds give equal hits with any number of threads and slots. Each call restarts the
    /// same sequence. The methods are those of the trait `Rng` of `rand_core` 0.10, which this crate re-exports;
    /// the crate `rand` 0.10 takes it as well.
    ///
    /// ```
    /// use hammer_core::rand_xoshiro::rand_core::Rng;
    /// # use hammer_core::{Hit, Outcome, from_fn};
    ///
    /// # let hammer = from_fn(async |hit: &mut Hit| {
    /// let mut rng = hit.rng();
    /// let key = rng.next_u64() % 1000;
    /// # Ok(Outcome::ok(if key < 500 { "low" } else { "high" }))
    /// # });
    /// ```
    #[must_use]
    pub fn rng(&self) -> Xoshiro256PlusPlus {
        rng_for(self.slot.seed, self.number)
    }

    /// Ends a phase of this hit and names it.
    ///
    /// The phase began at the last mark, or when the hit started. The verdict takes phases named
    /// `prepare` and `decode` for work of the generator: a run in which they are a large part of
    /// response is suspect.
    pub fn mark(&self, phase: &'static str) {
        self.slot.mark(phase);
    }

    /// Notes that this hit waited because a limit of the hammer was reached, such as its number of
    /// connections.
    ///
    /// `setting` is the name of that limit. The target does not cause this wait, so a run in which
    /// many hits waited is suspect. Call it at most once for each hit and limit.
    pub fn waited_for(&self, setting: &'static str) {
        self.slot.notes.waited_for(setting);
    }

    /// Assigns this hit to a group, by its index in [`Description::groups`](crate::Description::groups).
    ///
    /// The last call wins.
    pub fn group(&self, group: usize) {
        self.slot.notes.set_group(group);
    }
}
