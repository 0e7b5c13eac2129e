use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hammer_core::{Crew, Failure, Slot, Unready};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::client::{Client, Role};
use crate::config::Config;
use crate::delivery::{Arrival, Ledger, Mailbox};
use crate::driver::Driver;
use crate::missing::Missing;
use crate::ticket::Ticket;

/// Connections of a worker that may be opening at one time: as many as brokers queue.
const AT_ONCE: usize = 64;
/// Bytes that are read at one time.
const SCRATCH: usize = 64 * 1024;

/// The clients of one worker.
pub(crate) struct Pool {
    config: Arc<Config>,
    clients: Vec<Rc<Client>>,
    subscribers: Vec<Rc<Client>>,
    tickets: RefCell<Vec<Rc<Ticket>>>,
    ledger: RefCell<Ledger>,
    /// What all connections read into, one at a time.
    pub(crate) scratch: RefCell<Box<[u8]>>,
    /// First attempts that have ended, and those that failed.
    attempted: Cell<usize>,
    failed: Cell<usize>,
    last_failure: Cell<Option<Failure>>,
    drivers: Cell<usize>,
    /// Fences that are without an answer, and those that will have none.
    fenced: Cell<usize>,
    not_passed: Cell<usize>,
    closing: Cell<bool>,
    closed: Notify,
    changed: Notify,
    /// A client has come back.
    back: Notify,
}

/// The first attempt of a client to connect.
pub(crate) struct Attempt {
    pool: Rc<Pool>,
    /// Others may begin when it ends.
    _turn: OwnedSemaphorePermit,
}

impl Attempt {
    pub(crate) fn ended(self, result: Result<(), Failure>) {
        let pool = &self.pool;
        pool.attempted.set(pool.attempted.get() + 1);
        if let Err(failure) = result {
            pool.failed.set(pool.failed.get() + 1);
            pool.last_failure.set(Some(failure));
            pool.config.missing.fetch_add(1, Ordering::Relaxed);
        }
        pool.changed.notify_waiters();
    }
}

impl Pool {
    /// The clients of the worker of `slot`, none of which is connected.
    pub(crate) fn new(config: Arc<Config>, slot: &Slot) -> Self {
        let (worker, workers) = (slot.worker(), slot.workers());
        let clients = config.clients_of(worker, workers);
        let clients = (0..clients).map(|local| (local * workers + worker) as u64);
        let subscribers = config
            .deliveries
            .as_ref()
            .map_or(0, |found| found.subscribers);
        let subscribers = (worker..subscribers).step_by(workers);
        Self {
            clients: clients
                .map(|number| Rc::new(Client::new(number, Role::Publisher)))
                .collect(),
            subscribers: subscribers
                .map(|number| Rc::new(Client::new(number as u64, Role::Subscriber(number as u32))))
                .collect(),
            config,
            tickets: RefCell::default(),
            ledger: RefCell::default(),
            scratch: RefCell::new(vec![0; SCRATCH].into_boxed_slice()),
            attempted: Cell::new(0),
            failed: Cell::new(0),
            last_failure: Cell::new(None),
            drivers: Cell::new(0),
            fenced: Cell::new(0),
            not_passed: Cell::new(0),
            closing: Cell::new(false),
            closed: Notify::new(),
            changed: Notify::new(),
            back: Notify::new(),
        }
    }

    /// The client at this place.
    pub(crate) fn client(&self, local: usize) -> Option<&Rc<Client>> {
        self.clients.get(local)
    }

    /// The first client from this place on that is connected.
    pub(crate) fn stand_in(&self, local: usize) -> Option<&Rc<Client>> {
        let (before, after) = self.clients.split_at(local);
        after.iter().chain(before).find(|client| client.is_up())
    }

    /// The same, when there is one.
    pub(crate) async fn first_back(&self, local: usize) -> &Rc<Client> {
        loop {
            match self.stand_in(local) {
                Some(client) => return client,
                None => self.back.notified().await,
            }
        }
    }

    /// A client is connected.
    pub(crate) fn connected(&self) {
        self.back.notify_waiters();
    }

    /// Connects all clients: first those that subscribe, so that they miss nothing.
    pub(crate) async fn connect(self: &Rc<Self>, crew: &Crew) -> Result<(), Unready> {
        let slot = crew.slot();
        if self.config.deliveries.is_some() {
            self.open_mail(slot);
        }
        let all = self.subscribers.len() + self.clients.len();
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let begun = Instant::now();
        let rate = self
            .config
            .connect_rate
            .map(|rate| rate / slot.workers() as f64);
        let everybody = self.subscribers.iter().chain(&self.clients);
        for (index, client) in everybody.enumerate() {
            if let Some(rate) = rate {
                sleep_until(begun + Duration::from_secs_f64(index as f64 / rate)).await;
            }
            let Ok(turn) = turns.clone().acquire_owned().await else {
                break;
            };
            self.check_missing()?;
            crew.progress(self.attempted.get(), all);
            let driver = Driver {
                config: self.config.clone(),
                pool: self.clone(),
                client: client.clone(),
                slot: slot.clone(),
            };
            self.drivers.set(self.drivers.get() + 1);
            let attempt = Attempt {
                pool: self.clone(),
                _turn: turn,
            };
            tokio::task::spawn_local(driver.run(attempt));
        }
        while self.attempted.get() < all {
            self.check_missing()?;
            crew.progress(self.attempted.get(), all);
            self.changed.notified().await;
        }
        crew.progress(all - self.failed.get(), all);
        self.check_missing()
    }

    /// Whether there can be a run, for all that is known so far. A worker that misses nobody leaves
    /// it to others to say that there can't.
    fn check_missing(&self) -> Result<(), Unready> {
        let config = &*self.config;
        let missing = config.missing.load(Ordering::Relaxed);
        match self.last_failure.get() {
            Some(failure) if missing > config.allow_missing => Err(Box::new(Missing {
                missing,
                all: config.connections(),
                allowed: config.allow_missing,
                failure,
            })),
            _ => Ok(()),
        }
    }

    /// Takes in what subscribers of other workers get.
    fn open_mail(self: &Rc<Self>, slot: &Slot) {
        let (config, worker, workers) = (self.config.clone(), slot.worker(), slot.workers());
        let pool = Rc::downgrade(self);
        tokio::task::spawn_local(async move {
            let mut arrivals = vec![];
            let boxes = config.mailboxes.get_or_init(|| mailboxes(workers));
            while let Some(mailbox) = boxes.get(worker) {
                mailbox.collect(&mut arrivals).await;
                let Some(pool) = pool.upgrade() else {
                    return;
                };
                arrivals
                    .drain(..)
                    .for_each(|arrival| pool.arrived(&arrival));
            }
        });
    }

    /// Posts what arrived here for another worker.
    pub(crate) fn post(&self, worker: usize, arrivals: &mut Vec<Arrival>) {
        let boxes = self.config.mailboxes.get();
        match boxes.and_then(|boxes| boxes.get(worker)) {
            Some(mailbox) => mailbox.post(arrivals),
            None => arrivals.clear(),
        }
    }

    /// A message of a client of this worker has reached a subscriber.
    pub(crate) fn arrived(&self, arrival: &Arrival) {
        let shared = self
            .config
            .deliveries
            .as_ref()
            .is_some_and(|found| found.shared);
        let number = u64::from(arrival.client);
        let place = (self.clients).binary_search_by_key(&number, |client| client.number);
        let client = place.ok().and_then(|place| self.clients.get(place));
        let counts = client.is_none_or(|client| {
            let numbers = client.state.borrow().numbers;
            numbers.counts(arrival.seq)
        });
        if !self.ledger.borrow_mut().note(arrival, shared, counts) {
            return;
        }
        if let Some(ticket) = self.tickets.borrow().get(arrival.ticket as usize) {
            ticket.arrived(arrival);
        }
    }

    /// A ticket for the hits of a slot.
    pub(crate) fn ticket(&self, slot: &Slot) -> Rc<Ticket> {
        let index = slot.index() / slot.workers();
        let mut tickets = self.tickets.borrow_mut();
        while tickets.len() <= index {
            let index = tickets.len() as u32;
            tickets.push(Rc::new(Ticket::new(index, slot.clone(), 0)));
        }
        // Its generations go on where those of the last one in this slot ended.
        let generation = tickets[index].generation().wrapping_add(1);
        tickets[index] = Rc::new(Ticket::new(index as u32, slot.clone(), generation));
        tickets[index].clone()
    }

    /// Waits until the broker has taken all that was sent here.
    pub(crate) async fn fence(&self) {
        self.fence_of(&self.clients).await;
    }

    /// Waits until subscribers, here and elsewhere, have what was sent, here and elsewhere.
    pub(crate) async fn deliver(&self, workers: usize) {
        let [with_broker, with_subscribers] = &self.config.passed_on;
        with_broker.wait(workers).await;
        self.fence_of(&self.subscribers).await;
        with_subscribers.wait(workers).await;
        // What others have posted has woken the task that takes it in.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }

    async fn fence_of(&self, clients: &[Rc<Client>]) {
        for client in clients {
            if let Some(link) = &mut client.state.borrow_mut().link {
                link.fence();
                self.fenced.set(self.fenced.get() + 1);
                client.ring();
            }
        }
        while self.fenced.get() > 0 {
            self.changed.notified().await;
        }
    }

    /// The fence of a client is passed, or its connection is lost.
    pub(crate) fn unfenced(&self, passed: bool) {
        self.fenced.set(self.fenced.get().saturating_sub(1));
        self.not_passed
            .set(self.not_passed.get() + usize::from(!passed));
        self.changed.notify_waiters();
    }

    /// What became of the messages, for the report.
    pub(crate) fn account(&self, slot: &Slot) {
        for _ in 0..self.fenced.get() + self.not_passed.get() {
            slot.fact("fence", "not_passed");
        }
        let Some(deliveries) = &self.config.deliveries else {
            return;
        };
        let ledger = self.ledger.borrow();
        let published: u64 = self
            .clients
            .iter()
            .map(|client| client.state.borrow().numbers.counted())
            .sum();
        let expected = published * u64::from(deliveries.copies());
        slot.count("published", published);
        slot.count("delivered", ledger.arrived);
        slot.count("lost", expected.saturating_sub(ledger.arrived));
        slot.count("duplicates", ledger.duplicates);
        slot.count("reordered", ledger.reordered);
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// Waits until the run is over.
    pub(crate) async fn closing(&self) {
        while !self.closing.get() {
            self.closed.notified().await;
        }
    }

    /// A driver has ended.
    pub(crate) fn gone(&self) {
        self.drivers.set(self.drivers.get() - 1);
        self.changed.notify_waiters();
    }

    /// Says goodbye to the broker on all connections.
    pub(crate) async fn close(&self) {
        if !self.closing.replace(true) {
            self.closed.notify_waiters();
            let everybody = self.subscribers.iter().chain(&self.clients);
            everybody.for_each(|client| client.ring());
        }
        while self.drivers.get() > 0 {
            self.changed.notified().await;
        }
    }
}

fn mailboxes(workers: usize) -> Vec<Mailbox> {
    (0..workers).map(|_| Mailbox::default()).collect()
}
