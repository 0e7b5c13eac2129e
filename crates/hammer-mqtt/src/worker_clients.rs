use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hammer_core::{Failure, PrepareError, Slot, WorkerContext};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::client::{ClientRole, MqttClient};
use crate::config::MqttConfig;
use crate::connection_driver::BrokerConnectionDriver;
use crate::delivery::{DeliveryLedger, DeliveryRecord, WorkerChannel};
use crate::failed_clients::FailedClients;
use crate::hit_waiter::HitWaiter;

/// Connections of a worker that may be opening at one time: as many as brokers queue.
const MAX_CONNECTING: usize = 64;
/// Bytes that are read at one time.
const SCRATCH_BYTES: usize = 64 * 1024;

/// The clients of one worker.
pub(crate) struct WorkerClients {
    config: Arc<MqttConfig>,
    publishers: Vec<Rc<MqttClient>>,
    subscribers: Vec<Rc<MqttClient>>,
    waiters: RefCell<Vec<Rc<HitWaiter>>>,
    ledger: RefCell<DeliveryLedger>,
    /// What all connections read into, one at a time.
    pub(crate) scratch: RefCell<Box<[u8]>>,
    /// First attempts that have ended, and those that failed.
    attempts_ended: Cell<usize>,
    attempts_failed: Cell<usize>,
    last_failure: Cell<Option<Failure>>,
    drivers: Cell<usize>,
    /// Fences that are without an answer, and those that will have none.
    pending_fences: Cell<usize>,
    failed_fences: Cell<usize>,
    closing: Cell<bool>,
    closed: Notify,
    changed: Notify,
    /// A client has come back.
    reconnected: Notify,
}

/// The first attempt of a client to connect.
pub(crate) struct ConnectAttempt {
    pool: Rc<WorkerClients>,
    /// Others may begin when it ends.
    _permit: OwnedSemaphorePermit,
}

impl ConnectAttempt {
    pub(crate) fn finish(self, result: Result<(), Failure>) {
        let pool = &self.pool;
        pool.attempts_ended.set(pool.attempts_ended.get() + 1);
        if let Err(failure) = result {
            pool.attempts_failed.set(pool.attempts_failed.get() + 1);
            pool.last_failure.set(Some(failure));
            pool.config.failed_clients.fetch_add(1, Ordering::Relaxed);
        }
        pool.changed.notify_waiters();
    }
}

impl WorkerClients {
    /// The clients of the worker of `slot`, none of which is connected.
    pub(crate) fn new(config: Arc<MqttConfig>, slot: &Slot) -> Self {
        let (worker, workers) = (slot.worker(), slot.workers());
        let clients = config.clients_of(worker, workers);
        let clients = (0..clients).map(|local| (local * workers + worker) as u64);
        let subscribers = config
            .delivery
            .as_ref()
            .map_or(0, |found| found.subscribers);
        let subscribers = (worker..subscribers).step_by(workers);
        Self {
            publishers: clients
                .map(|number| Rc::new(MqttClient::new(number, ClientRole::Publisher)))
                .collect(),
            subscribers: subscribers
                .map(|number| {
                    Rc::new(MqttClient::new(
                        number as u64,
                        ClientRole::Subscriber(number as u32),
                    ))
                })
                .collect(),
            config,
            waiters: RefCell::default(),
            ledger: RefCell::default(),
            scratch: RefCell::new(vec![0; SCRATCH_BYTES].into_boxed_slice()),
            attempts_ended: Cell::new(0),
            attempts_failed: Cell::new(0),
            last_failure: Cell::new(None),
            drivers: Cell::new(0),
            pending_fences: Cell::new(0),
            failed_fences: Cell::new(0),
            closing: Cell::new(false),
            closed: Notify::new(),
            changed: Notify::new(),
            reconnected: Notify::new(),
        }
    }

    /// The client at this place.
    pub(crate) fn client(&self, local: usize) -> Option<&Rc<MqttClient>> {
        self.publishers.get(local)
    }

    /// The first client from this place on that is connected.
    pub(crate) fn first_connected(&self, local: usize) -> Option<&Rc<MqttClient>> {
        let (before, after) = self.publishers.split_at(local);
        after
            .iter()
            .chain(before)
            .find(|client| client.is_connected())
    }

    /// The same, when there is one.
    pub(crate) async fn wait_for_connected(&self, local: usize) -> &Rc<MqttClient> {
        loop {
            match self.first_connected(local) {
                Some(client) => return client,
                None => self.reconnected.notified().await,
            }
        }
    }

    /// A client is connected.
    pub(crate) fn notify_connected(&self) {
        self.reconnected.notify_waiters();
    }

    /// Connects all clients: first those that subscribe, so that they miss nothing.
    pub(crate) async fn connect(self: &Rc<Self>, crew: &WorkerContext) -> Result<(), PrepareError> {
        let slot = crew.slot();
        if self.config.delivery.is_some() {
            self.spawn_delivery_receiver(slot);
        }
        let all = self.subscribers.len() + self.publishers.len();
        let turns = Arc::new(Semaphore::new(MAX_CONNECTING));
        let begun = Instant::now();
        let rate = self
            .config
            .connect_rate
            .map(|rate| rate / slot.workers() as f64);
        let everybody = self.subscribers.iter().chain(&self.publishers);
        for (index, client) in everybody.enumerate() {
            if let Some(rate) = rate {
                sleep_until(begun + Duration::from_secs_f64(index as f64 / rate)).await;
            }
            let Ok(turn) = turns.clone().acquire_owned().await else {
                break;
            };
            self.check_failed_clients()?;
            crew.report_progress(self.attempts_ended.get(), all);
            let driver = BrokerConnectionDriver {
                config: self.config.clone(),
                clients: self.clone(),
                client: client.clone(),
                slot: slot.clone(),
            };
            self.drivers.set(self.drivers.get() + 1);
            let attempt = ConnectAttempt {
                pool: self.clone(),
                _permit: turn,
            };
            tokio::task::spawn_local(driver.run(attempt));
        }
        while self.attempts_ended.get() < all {
            self.check_failed_clients()?;
            crew.report_progress(self.attempts_ended.get(), all);
            self.changed.notified().await;
        }
        crew.report_progress(all - self.attempts_failed.get(), all);
        self.check_failed_clients()
    }

    /// Whether there can be a run, for all that is known so far. A worker that misses nobody leaves
    /// it to others to say that there can't.
    fn check_failed_clients(&self) -> Result<(), PrepareError> {
        let config = &*self.config;
        let missing = config.failed_clients.load(Ordering::Relaxed);
        match self.last_failure.get() {
            Some(failure) if missing > config.max_failed_clients => Err(Box::new(FailedClients {
                failed: missing,
                total: config.connections(),
                allowed: config.max_failed_clients,
                failure,
            })),
            _ => Ok(()),
        }
    }

    /// Takes in what subscribers of other workers get.
    fn spawn_delivery_receiver(self: &Rc<Self>, slot: &Slot) {
        let (config, worker, workers) = (self.config.clone(), slot.worker(), slot.workers());
        let pool = Rc::downgrade(self);
        tokio::task::spawn_local(async move {
            let mut arrivals = vec![];
            let boxes = config.worker_channels.get_or_init(|| new_channels(workers));
            while let Some(mailbox) = boxes.get(worker) {
                mailbox.receive(&mut arrivals).await;
                let Some(pool) = pool.upgrade() else {
                    return;
                };
                arrivals
                    .drain(..)
                    .for_each(|arrival| pool.record_delivery(&arrival));
            }
        });
    }

    /// Posts what arrived here for another worker.
    pub(crate) fn forward_deliveries(&self, worker: usize, arrivals: &mut Vec<DeliveryRecord>) {
        let boxes = self.config.worker_channels.get();
        match boxes.and_then(|boxes| boxes.get(worker)) {
            Some(mailbox) => mailbox.send(arrivals),
            None => arrivals.clear(),
        }
    }

    /// A message of a client of this worker has reached a subscriber.
    pub(crate) fn record_delivery(&self, arrival: &DeliveryRecord) {
        let shared = self
            .config
            .delivery
            .as_ref()
            .is_some_and(|found| found.shared);
        let number = u64::from(arrival.client);
        let place = (self.publishers).binary_search_by_key(&number, |client| client.number);
        let client = place.ok().and_then(|place| self.publishers.get(place));
        let counts = client.is_none_or(|client| {
            let numbers = client.state.borrow().sequence;
            numbers.is_measured(arrival.seq)
        });
        if !self.ledger.borrow_mut().record(arrival, shared, counts) {
            return;
        }
        if let Some(ticket) = self.waiters.borrow().get(arrival.waiter as usize) {
            ticket.record_delivery(arrival);
        }
    }

    /// A ticket for the hits of a slot.
    pub(crate) fn waiter(&self, slot: &Slot) -> Rc<HitWaiter> {
        let index = slot.index() / slot.workers();
        let mut tickets = self.waiters.borrow_mut();
        while tickets.len() <= index {
            let index = tickets.len() as u32;
            tickets.push(Rc::new(HitWaiter::new(index, slot.clone(), 0)));
        }
        // Its generations go on where those of the last one in this slot ended.
        let generation = tickets[index].generation().wrapping_add(1);
        tickets[index] = Rc::new(HitWaiter::new(index as u32, slot.clone(), generation));
        tickets[index].clone()
    }

    /// Waits until the broker has taken all that was sent here.
    pub(crate) async fn fence_publishers(&self) {
        self.fence_clients(&self.publishers).await;
    }

    /// Waits until subscribers, here and elsewhere, have what was sent, here and elsewhere.
    pub(crate) async fn wait_for_deliveries(&self, workers: usize) {
        let [with_broker, with_subscribers] = &self.config.delivery_barriers;
        with_broker.wait(workers).await;
        self.fence_clients(&self.subscribers).await;
        with_subscribers.wait(workers).await;
        // What others have posted has woken the task that takes it in.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }

    async fn fence_clients(&self, clients: &[Rc<MqttClient>]) {
        for client in clients {
            if let Some(link) = &mut client.state.borrow_mut().connection {
                link.queue_fence();
                self.pending_fences.set(self.pending_fences.get() + 1);
                client.wake_driver();
            }
        }
        while self.pending_fences.get() > 0 {
            self.changed.notified().await;
        }
    }

    /// The fence of a client is passed, or its connection is lost.
    pub(crate) fn fence_ended(&self, passed: bool) {
        self.pending_fences
            .set(self.pending_fences.get().saturating_sub(1));
        self.failed_fences
            .set(self.failed_fences.get() + usize::from(!passed));
        self.changed.notify_waiters();
    }

    /// What became of the messages, for the report.
    pub(crate) fn report_deliveries(&self, slot: &Slot) {
        for _ in 0..self.pending_fences.get() + self.failed_fences.get() {
            slot.fact("fence", "not_passed");
        }
        let Some(deliveries) = &self.config.delivery else {
            return;
        };
        let ledger = self.ledger.borrow();
        let published: u64 = self
            .publishers
            .iter()
            .map(|client| client.state.borrow().sequence.measured_count())
            .sum();
        let expected = published * u64::from(deliveries.copies_per_message());
        slot.count("published", published);
        slot.count("delivered", ledger.delivered);
        slot.count("lost", expected.saturating_sub(ledger.delivered));
        slot.count("duplicates", ledger.duplicates);
        slot.count("reordered", ledger.reordered);
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// Waits until the run is over.
    pub(crate) async fn wait_for_closing(&self) {
        while !self.closing.get() {
            self.closed.notified().await;
        }
    }

    /// A driver has ended.
    pub(crate) fn driver_ended(&self) {
        self.drivers.set(self.drivers.get() - 1);
        self.changed.notify_waiters();
    }

    /// Says goodbye to the broker on all connections.
    pub(crate) async fn close(&self) {
        if !self.closing.replace(true) {
            self.closed.notify_waiters();
            let everybody = self.subscribers.iter().chain(&self.publishers);
            everybody.for_each(|client| client.wake_driver());
        }
        while self.drivers.get() > 0 {
            self.changed.notified().await;
        }
    }
}

fn new_channels(workers: usize) -> Vec<WorkerChannel> {
    (0..workers).map(|_| WorkerChannel::default()).collect()
}
