//! The `Hammer` for MQTT.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use hammer_core::{Description, Failure, Hammer, Hit, Outcome, PrepareError, Slot, WorkerContext};

use crate::MqttBuilder;
use crate::client::MqttClient;
use crate::config::{MqttCompletionEvent, MqttConfig};
use crate::load::connect_load;
use crate::load::first_connect::connect_all;
use crate::load::hit_waiter::HitWaiter;
use crate::load::worker_clients::WorkerClients;

/// A hammer for MQTT: a hit is a message, a connection, a subscription or a ping.
///
/// The slots of a worker share its clients: hit k uses client k modulo their number. If that client
/// has no connection, the hit fails; in a closed loop it uses another client.
///
/// ```no_run
/// use std::time::Duration;
/// use hammer_core::{Rate, Run, Schedule};
/// use hammer_mqtt::{Mqtt, Qos};
///
/// let mqtt = Mqtt::builder("mqtt://127.0.0.1")
///     .clients(8)
///     .topic("devices/{{client}}/state")
///     .qos(Qos::AtLeastOnce)
///     .build()?;
/// let schedule = Schedule::constant(Rate::per_second(2000)).with_duration(Duration::from_secs(10));
/// let report = Run::new(mqtt, schedule).execute()?;
/// println!("{:?}", report.response_us);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Mqtt {
    pub(crate) config: Arc<MqttConfig>,
}

impl Mqtt {
    /// Returns a builder for the broker at `url`.
    pub fn builder(url: &str) -> MqttBuilder {
        MqttBuilder::new(url)
    }
}

impl fmt::Debug for Mqtt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mqtt")
            .field("url", &self.config.connector.url)
            .finish_non_exhaustive()
    }
}

/// The session of a slot.
pub struct MqttSlotSession(SlotSessionKind);

enum SlotSessionKind {
    Shared {
        clients: Rc<WorkerClients>,
        waiter: Rc<HitWaiter>,
    },
    /// Each hit opens its own connection.
    PerHit,
}

impl fmt::Debug for MqttSlotSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MqttSlotSession").finish_non_exhaustive()
    }
}

impl Mqtt {
    fn worker_clients(&self, slot: &Slot) -> Rc<WorkerClients> {
        slot.worker_local(|| WorkerClients::new(self.config.clone(), slot))
    }
}

impl Hammer for Mqtt {
    type Session = MqttSlotSession;

    fn describe(&self) -> Description {
        let config = &self.config;
        let shared = config.shared.then_some(config.clients);
        let mut doubts = config.scope.warnings();
        doubts.extend(config.doubts.warnings());
        let undelivered = &config.doubts.undelivered;
        let delivery = config.delivery.as_ref();
        doubts.extend(delivery.and_then(|delivery| undelivered.warning(delivery)));
        Description::new()
            .advice(
                Failure::TIMEOUT.name(),
                delivery.and_then(|delivery| undelivered.advice(delivery)),
            )
            .max_workers(shared.unwrap_or(usize::MAX))
            .max_hits(config.max_hits())
            .doubts(doubts)
            .connections(shared.map(|_| config.connections() as u64))
            .addresses(config.connector.peer_connector.local_addresses())
            .proxies(config.connector.peer_connector.proxy().cloned())
    }

    async fn prepare(&self, context: &WorkerContext) -> Result<(), PrepareError> {
        self.config.scope.ready().await?;
        match self.config.shared {
            true => connect_all(&self.worker_clients(context.slot()), context).await,
            false => Ok(()),
        }
    }

    async fn open(&self, slot: &Slot) -> Result<MqttSlotSession, Failure> {
        if !self.config.shared {
            return Ok(MqttSlotSession(SlotSessionKind::PerHit));
        }
        let clients = self.worker_clients(slot);
        let waiter = clients.waiter(slot);
        Ok(MqttSlotSession(SlotSessionKind::Shared { clients, waiter }))
    }

    async fn hit(&self, session: &mut MqttSlotSession, hit: &mut Hit) -> Result<Outcome, Failure> {
        let config = &*self.config;
        let SlotSessionKind::Shared { clients, waiter } = &session.0 else {
            return Box::pin(connect_load::hit(config, hit)).await;
        };
        let local = config.local_client(hit);
        let mut client = clients
            .client(local)
            .ok_or(crate::failures::NOT_CONNECTED)?;
        if hit.slot().is_closed_loop() && !client.is_connected() {
            // A hit that fails at once would make the loop spin.
            client = match clients.first_connected(local) {
                Some(client) => client,
                None => {
                    // Boxed, so that the futures of other hits stay small.
                    let client = Box::pin(clients.wait_for_connected(local)).await;
                    hit.mark("reconnect");
                    config.doubts.record_reconnect_wait(hit);
                    client
                }
            };
        }
        if let Some(peer) = client.peer() {
            hit.slot().set_peer(peer);
        }
        let mut active_hit = HitWaiterGuard {
            waiter,
            client,
            completed: false,
        };
        let header = config.delivery.as_ref().map(|delivery| {
            waiter.expect_copies(delivery.copies_per_message());
            let worker = hit.slot().worker() as u16;
            waiter
                .delivery_record(worker, client.number)
                .to_header(delivery.run)
        });
        client.submit(config, hit, waiter.promise(), header)?;
        let ended = waiter.wait_for_end().await;
        active_hit.completed = true;
        ended
    }

    async fn settle(&self, context: &WorkerContext) {
        if !self.config.shared {
            return;
        }
        let slot = context.slot();
        let clients = self.worker_clients(slot);
        // The engine drops this future when the drain is over, so the guard reports.
        let _report_on_drop = DeliveryReportGuard {
            clients: &clients,
            slot,
        };
        let is_acknowledged = self.config.completion == MqttCompletionEvent::Ack;
        if !is_acknowledged || clients.has_unacknowledged_messages() {
            clients.fence_publishers().await;
            slot.mark("fence");
        }
        if self.config.completion == MqttCompletionEvent::Delivery {
            clients.wait_for_deliveries(slot.workers()).await;
        }
    }

    fn missed(&self, hit: &Hit, reason: &'static str) {
        if reason == Failure::TIMEOUT.name() && self.config.delivery.is_some() {
            self.worker_clients(hit.slot()).record_timeout(hit);
        }
    }

    async fn close(&self, session: MqttSlotSession) {
        if let SlotSessionKind::Shared { clients, .. } = session.0 {
            clients.close().await;
        }
    }
}

/// Reports the deliveries when it is dropped.
struct DeliveryReportGuard<'a> {
    clients: &'a WorkerClients,
    slot: &'a Slot,
}

impl Drop for DeliveryReportGuard<'_> {
    fn drop(&mut self) {
        self.clients.report_deliveries(self.slot);
    }
}

/// Frees the waiter of a hit when it is dropped, also if the hit is abandoned.
struct HitWaiterGuard<'a> {
    waiter: &'a HitWaiter,
    client: &'a MqttClient,
    completed: bool,
}

impl Drop for HitWaiterGuard<'_> {
    fn drop(&mut self) {
        self.waiter.finish_hit();
        if !self.completed {
            self.client.drop_abandoned();
        }
    }
}
