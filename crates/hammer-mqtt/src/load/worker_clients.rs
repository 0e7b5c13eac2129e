//! The clients of a worker: deliveries, fences and the end of the run.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use hammer_core::{Failure, Peer, Slot};
use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::client::{ClientRole, MqttClient};
use crate::config::MqttConfig;
use crate::connection::broker_connection::BrokerConnection;
use crate::load::delivery::{
    DeliveryLedger, DeliveryRecord, DeliverySubscriberConfig, WorkerDeliveryChannel,
};
use crate::load::hit_waiter::HitWaiter;

/// The size of the read buffer, in bytes.
const SCRATCH_BYTES: usize = 64 * 1024;

/// The clients of one worker.
pub(crate) struct WorkerClients {
    pub(crate) config: Arc<MqttConfig>,
    pub(super) publishers: Vec<Rc<MqttClient>>,
    subscribers: Vec<Rc<MqttClient>>,
    pub(super) waiters: RefCell<Vec<Rc<HitWaiter>>>,
    pub(super) ledger: RefCell<DeliveryLedger>,
    /// Messages that count and that the broker has refused.
    pub(super) refused: Cell<u64>,
    /// The read buffer, which the connections share.
    pub(crate) scratch: RefCell<Box<[u8]>>,
    first_attempts: Cell<FirstConnectAttempts>,
    drivers: Cell<usize>,
    /// Fences that are unanswered.
    pub(super) pending_fences: Cell<usize>,
    /// Fences whose connection was lost.
    pub(super) failed_fences: Cell<usize>,
    closing: Cell<bool>,
    closed: Notify,
    changed: Notify,
    /// Notified when a client is connected.
    reconnected: Notify,
}

/// The ended first attempts of clients to connect.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FirstConnectAttempts {
    pub(crate) ended: usize,
    pub(crate) failed: usize,
    pub(crate) last_failure: Option<(Failure, Option<Peer>)>,
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
            refused: Cell::new(0),
            scratch: RefCell::new(vec![0; SCRATCH_BYTES].into_boxed_slice()),
            first_attempts: Cell::default(),
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

    /// Returns all clients, subscribers first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Rc<MqttClient>> {
        self.subscribers.iter().chain(&self.publishers)
    }

    pub(crate) fn first_attempts(&self) -> FirstConnectAttempts {
        self.first_attempts.get()
    }

    /// Records the end of a client's first attempt to connect.
    ///
    /// A failure comes with the address that was tried.
    pub(crate) fn first_attempt_ended(&self, failure: Option<(Failure, Option<Peer>)>) {
        let mut attempts = self.first_attempts.get();
        attempts.ended += 1;
        attempts.failed += usize::from(failure.is_some());
        attempts.last_failure = failure.or(attempts.last_failure);
        self.first_attempts.set(attempts);
        self.changed.notify_waiters();
    }

    /// Waits until a client has ended its first attempt, answered a fence, or closed.
    pub(crate) async fn wait_for_change(&self) {
        self.changed.notified().await;
    }

    /// Spawns a task that receives deliveries from other workers.
    pub(crate) fn spawn_delivery_receiver(self: &Rc<Self>, slot: &Slot) {
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
                // Receiving does not wait if another worker sends without a pause.
                drop(clients);
                yield_now().await;
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

    /// Records that a message of a client of this worker has reached a subscriber. A message of a
    /// client that does not exist is not counted, so that a broker cannot fill the memory.
    pub(crate) fn record_delivery(&self, delivery: &DeliveryRecord) {
        let shared = self
            .config
            .delivery
            .as_ref()
            .is_some_and(DeliverySubscriberConfig::is_shared);
        let number = u64::from(delivery.client);
        let position = (self.publishers).binary_search_by_key(&number, |client| client.number);
        let Some(client) = (position.ok()).and_then(|position| self.publishers.get(position))
        else {
            return;
        };
        let sequence = client.state.borrow().sequence;
        let is_measured = sequence.is_measured(delivery.seq);
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

    /// Waits until the broker has answered a ping on each connection that may carry messages.
    async fn fence_clients(&self, clients: &[Rc<MqttClient>]) {
        if self.is_closing() {
            // Connecting was interrupted, so there are no messages.
            return;
        }
        for client in clients {
            let has_messages = |connection: &BrokerConnection| {
                connection.has_sent() || client.role != ClientRole::Publisher
            };
            let connection = &mut client.state.borrow_mut().connection;
            if let Some(connection) = connection.as_mut().filter(|found| has_messages(found)) {
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

    /// Returns true if nothing but a fence confirms the messages of a connection.
    pub(crate) fn has_unacknowledged_messages(&self) -> bool {
        let mut connections = self.publishers.iter().map(|client| client.state.borrow());
        connections.any(|state| {
            let connection = state.connection.as_ref();
            connection.is_some_and(BrokerConnection::completes_when_sent)
        })
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

    pub(crate) fn driver_started(&self) {
        self.drivers.set(self.drivers.get() + 1);
    }

    /// Records that a driver has ended.
    pub(crate) fn driver_ended(&self) {
        self.drivers.set(self.drivers.get() - 1);
        self.changed.notify_waiters();
    }

    /// Lets the tasks of all clients end: attempts to connect at once, connections with DISCONNECT.
    pub(crate) fn start_closing(&self) {
        if !self.closing.replace(true) {
            self.closed.notify_waiters();
            self.all().for_each(|client| client.wake_driver());
        }
    }

    /// Closes all connections, and waits until they are closed.
    pub(crate) async fn close(&self) {
        self.start_closing();
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
