//! The clients of a worker: connecting, deliveries and the end of the run.

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
use crate::connection::client_connection_supervisor::ClientConnectionSupervisor;
use crate::load::delivery::{DeliveryLedger, DeliveryRecord, WorkerDeliveryChannel};
use crate::load::hit_waiter::HitWaiter;
use crate::load::too_many_failed_clients::TooManyFailedClients;

/// The maximum number of connections that a worker opens at a time, not more than brokers queue.
const MAX_CONNECTING: usize = 64;
/// The size of the read buffer, in bytes.
const SCRATCH_BYTES: usize = 64 * 1024;

/// The clients of one worker.
pub(crate) struct WorkerClients {
    config: Arc<MqttConfig>,
    publishers: Vec<Rc<MqttClient>>,
    subscribers: Vec<Rc<MqttClient>>,
    waiters: RefCell<Vec<Rc<HitWaiter>>>,
    ledger: RefCell<DeliveryLedger>,
    /// The read buffer, which the connections share.
    pub(crate) scratch: RefCell<Box<[u8]>>,
    /// First attempts to connect that have ended.
    attempts_ended: Cell<usize>,
    /// First attempts to connect that failed.
    attempts_failed: Cell<usize>,
    last_failure: Cell<Option<Failure>>,
    drivers: Cell<usize>,
    /// Fences that are unanswered.
    pending_fences: Cell<usize>,
    /// Fences whose connection was lost.
    failed_fences: Cell<usize>,
    closing: Cell<bool>,
    closed: Notify,
    changed: Notify,
    /// Notified when a client is connected.
    reconnected: Notify,
}

/// The first attempt of a client to connect.
pub(crate) struct FirstConnectAttempt {
    clients: Rc<WorkerClients>,
    /// Held until the attempt ends, to limit concurrent attempts.
    _permit: OwnedSemaphorePermit,
}

impl FirstConnectAttempt {
    pub(crate) fn finish(self, result: Result<(), Failure>) {
        let clients = &self.clients;
        clients.attempts_ended.set(clients.attempts_ended.get() + 1);
        if let Err(failure) = result {
            clients
                .attempts_failed
                .set(clients.attempts_failed.get() + 1);
            clients.last_failure.set(Some(failure));
            clients
                .config
                .failed_clients
                .fetch_add(1, Ordering::Relaxed);
        }
        clients.changed.notify_waiters();
    }
}

impl WorkerClients {
    /// Makes the clients of the worker of `slot`, not connected yet.
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

    /// Returns the client with this index.
    pub(crate) fn client(&self, local: usize) -> Option<&Rc<MqttClient>> {
        self.publishers.get(local)
    }

    /// Returns the first connected client from this index on, in rotation.
    pub(crate) fn first_connected(&self, local: usize) -> Option<&Rc<MqttClient>> {
        let (before, after) = self.publishers.split_at(local);
        after
            .iter()
            .chain(before)
            .find(|client| client.is_connected())
    }

    /// Waits until a client is connected, and returns the first from this index on.
    pub(crate) async fn wait_for_connected(&self, local: usize) -> &Rc<MqttClient> {
        loop {
            match self.first_connected(local) {
                Some(client) => return client,
                None => self.reconnected.notified().await,
            }
        }
    }

    /// Wakes the hits that wait for a connected client.
    pub(crate) fn notify_connected(&self) {
        self.reconnected.notify_waiters();
    }

    /// Connects all clients: subscribers first, so that they miss no message.
    pub(crate) async fn connect(
        self: &Rc<Self>,
        context: &WorkerContext,
    ) -> Result<(), PrepareError> {
        let slot = context.slot();
        if self.config.delivery.is_some() {
            self.spawn_delivery_receiver(slot);
        }
        let total = self.subscribers.len() + self.publishers.len();
        let permits = Arc::new(Semaphore::new(MAX_CONNECTING));
        let started = Instant::now();
        let rate = self
            .config
            .connect_rate
            .map(|rate| rate / slot.workers() as f64);
        let clients = self.subscribers.iter().chain(&self.publishers);
        for (index, client) in clients.enumerate() {
            if let Some(rate) = rate {
                sleep_until(started + Duration::from_secs_f64(index as f64 / rate)).await;
            }
            let Ok(permit) = permits.clone().acquire_owned().await else {
                break;
            };
            self.check_failed_clients()?;
            context.report_progress(self.attempts_ended.get(), total);
            let driver = ClientConnectionSupervisor {
                config: self.config.clone(),
                clients: self.clone(),
                client: client.clone(),
                slot: slot.clone(),
            };
            self.drivers.set(self.drivers.get() + 1);
            let attempt = FirstConnectAttempt {
                clients: self.clone(),
                _permit: permit,
            };
            tokio::task::spawn_local(driver.run(attempt));
        }
        while self.attempts_ended.get() < total {
            self.check_failed_clients()?;
            context.report_progress(self.attempts_ended.get(), total);
            self.changed.notified().await;
        }
        context.report_progress(total - self.attempts_failed.get(), total);
        self.check_failed_clients()
    }

    /// Fails if too many clients of all workers have failed. Only a worker with a failed client
    /// reports it.
    fn check_failed_clients(&self) -> Result<(), PrepareError> {
        let config = &*self.config;
        let failed = config.failed_clients.load(Ordering::Relaxed);
        match self.last_failure.get() {
            Some(failure) if failed > config.max_failed_clients => {
                Err(Box::new(TooManyFailedClients {
                    failed,
                    total: config.connections(),
                    allowed: config.max_failed_clients,
                    failure,
                }))
            }
            _ => Ok(()),
        }
    }

    /// Spawns a task that receives deliveries from other workers.
    fn spawn_delivery_receiver(self: &Rc<Self>, slot: &Slot) {
        let (config, worker, workers) = (self.config.clone(), slot.worker(), slot.workers());
        let clients = Rc::downgrade(self);
        tokio::task::spawn_local(async move {
            let mut deliveries = vec![];
            let channels = config.worker_channels.get_or_init(|| new_channels(workers));
            while let Some(channel) = channels.get(worker) {
                channel.receive(&mut deliveries).await;
                let Some(clients) = clients.upgrade() else {
                    return;
                };
                deliveries
                    .drain(..)
                    .for_each(|delivery| clients.record_delivery(&delivery));
            }
        });
    }

    /// Sends deliveries to another worker. `deliveries` is empty afterward.
    pub(crate) fn forward_deliveries(&self, worker: usize, deliveries: &mut Vec<DeliveryRecord>) {
        let channels = self.config.worker_channels.get();
        match channels.and_then(|channels| channels.get(worker)) {
            Some(channel) => channel.send(deliveries),
            None => deliveries.clear(),
        }
    }

    /// Records that a message of a client of this worker has reached a subscriber.
    pub(crate) fn record_delivery(&self, delivery: &DeliveryRecord) {
        let shared = self
            .config
            .delivery
            .as_ref()
            .is_some_and(|found| found.shared);
        let number = u64::from(delivery.client);
        let position = (self.publishers).binary_search_by_key(&number, |client| client.number);
        let client = position
            .ok()
            .and_then(|position| self.publishers.get(position));
        let is_measured = client.is_none_or(|client| {
            let sequence = client.state.borrow().sequence;
            sequence.is_measured(delivery.seq)
        });
        if !self
            .ledger
            .borrow_mut()
            .record(delivery, shared, is_measured)
        {
            return;
        }
        if let Some(waiter) = self.waiters.borrow().get(delivery.waiter as usize) {
            waiter.record_delivery(delivery);
        }
    }

    /// Returns the waiter for the hits of a slot.
    pub(crate) fn waiter(&self, slot: &Slot) -> Rc<HitWaiter> {
        let index = slot.index() / slot.workers();
        let mut waiters = self.waiters.borrow_mut();
        while waiters.len() <= index {
            let index = waiters.len() as u32;
            waiters.push(Rc::new(HitWaiter::new(index, slot.clone(), 0)));
        }
        // Generations continue, so that late results for the previous session of the slot are
        // ignored.
        let generation = waiters[index].generation().wrapping_add(1);
        waiters[index] = Rc::new(HitWaiter::new(index as u32, slot.clone(), generation));
        waiters[index].clone()
    }

    /// Waits until the broker has read all packets of the publishers.
    pub(crate) async fn fence_publishers(&self) {
        self.fence_clients(&self.publishers).await;
    }

    /// Waits until every subscriber has received every message.
    pub(crate) async fn wait_for_deliveries(&self, workers: usize) {
        let [published, delivered] = &self.config.delivery_barriers;
        published.wait(workers).await;
        self.fence_clients(&self.subscribers).await;
        delivered.wait(workers).await;
        // Lets the task that receives deliveries of other workers run.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }

    async fn fence_clients(&self, clients: &[Rc<MqttClient>]) {
        for client in clients {
            if let Some(connection) = &mut client.state.borrow_mut().connection {
                connection.queue_fence();
                self.pending_fences.set(self.pending_fences.get() + 1);
                client.wake_driver();
            }
        }
        while self.pending_fences.get() > 0 {
            self.changed.notified().await;
        }
    }

    /// Records the end of a fence: answered, or lost with its connection.
    pub(crate) fn fence_ended(&self, passed: bool) {
        self.pending_fences
            .set(self.pending_fences.get().saturating_sub(1));
        self.failed_fences
            .set(self.failed_fences.get() + usize::from(!passed));
        self.changed.notify_waiters();
    }

    /// Adds the counts of deliveries to the report.
    pub(crate) fn report_deliveries(&self, slot: &Slot) {
        for _ in 0..self.pending_fences.get() + self.failed_fences.get() {
            slot.fact("fence", "not_passed");
        }
        let Some(delivery_config) = &self.config.delivery else {
            return;
        };
        let ledger = self.ledger.borrow();
        let published: u64 = self
            .publishers
            .iter()
            .map(|client| client.state.borrow().sequence.measured_count())
            .sum();
        let expected = published * u64::from(delivery_config.copies_per_message());
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

    /// Records that a driver has ended.
    pub(crate) fn driver_ended(&self) {
        self.drivers.set(self.drivers.get() - 1);
        self.changed.notify_waiters();
    }

    /// Closes all connections with DISCONNECT.
    pub(crate) async fn close(&self) {
        if !self.closing.replace(true) {
            self.closed.notify_waiters();
            let clients = self.subscribers.iter().chain(&self.publishers);
            clients.for_each(|client| client.wake_driver());
        }
        while self.drivers.get() > 0 {
            self.changed.notified().await;
        }
    }
}

fn new_channels(workers: usize) -> Vec<WorkerDeliveryChannel> {
    (0..workers)
        .map(|_| WorkerDeliveryChannel::default())
        .collect()
}
