use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use hammer_core::{
    Failure, Hammer, Hit, Outcome, PrepareError, ResourceNeeds, Slot, WorkerContext,
};

use crate::MqttBuilder;
use crate::client::MqttClient;
use crate::config::{MqttCompletion, MqttConfig};
use crate::connect_load;
use crate::hit_waiter::HitWaiter;
use crate::worker_clients::WorkerClients;

/// A hammer for MQTT: a hit is one message, or one of the other things that clients do.
///
/// The slots of a worker share its clients: hit k goes through client k modulo their number, if
/// that is connected, whatever the others do.
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
/// let schedule = Schedule::constant(Rate::per_second(2000)).lasting(Duration::from_secs(10));
/// let report = Run::new(mqtt, schedule).execute(|_| ())?;
/// println!("{:?}", report.response_us);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Mqtt {
    pub(crate) config: Arc<MqttConfig>,
}

impl Mqtt {
    /// For the broker at `url`.
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

/// What a slot keeps between hits.
pub struct MqttSlotSession(SlotSessionKind);

enum SlotSessionKind {
    Shared {
        clients: Rc<WorkerClients>,
        waiter: Rc<HitWaiter>,
    },
    /// A connection per hit: nothing.
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

    fn max_workers(&self) -> usize {
        if self.config.shared {
            self.config.clients
        } else {
            usize::MAX
        }
    }

    fn max_hits(&self) -> Option<u64> {
        self.config.max_hits()
    }

    fn warnings(&self) -> Vec<String> {
        self.config.scope.warnings()
    }

    fn needs(&self, mut needs: ResourceNeeds) -> ResourceNeeds {
        if self.config.shared {
            let connections = self.config.connections() as u64;
            needs.files = needs.files.saturating_sub(needs.ports) + connections;
            needs.ports = connections;
        }
        needs.ports = self
            .config
            .connector
            .peer_connector
            .ports_needed(needs.ports);
        needs
    }

    async fn prepare(&self, crew: &WorkerContext) -> Result<(), PrepareError> {
        self.config.scope.ready().await?;
        match self.config.shared {
            true => self.worker_clients(crew.slot()).connect(crew).await,
            false => Ok(()),
        }
    }

    async fn open(&self, slot: Slot) -> Result<MqttSlotSession, Failure> {
        if !self.config.shared {
            return Ok(MqttSlotSession(SlotSessionKind::PerHit));
        }
        let pool = self.worker_clients(&slot);
        let ticket = pool.waiter(&slot);
        Ok(MqttSlotSession(SlotSessionKind::Shared {
            clients: pool,
            waiter: ticket,
        }))
    }

    async fn hit(&self, session: &mut MqttSlotSession, hit: Hit) -> Result<Outcome, Failure> {
        let config = &*self.config;
        let SlotSessionKind::Shared {
            clients: pool,
            waiter: ticket,
        } = &session.0
        else {
            return Box::pin(connect_load::hit(config, &hit)).await;
        };
        let local = config.local_client(&hit);
        let mut client = pool.client(local).ok_or(crate::failures::NOT_CONNECTED)?;
        if hit.slot().is_closed_loop() && !client.is_connected() {
            // Failing at once would make the loop spin.
            client = match pool.first_connected(local) {
                Some(client) => client,
                None => {
                    // On the heap: other hits need no room for this.
                    let client = Box::pin(pool.wait_for_connected(local)).await;
                    hit.mark("reconnect");
                    client
                }
            };
        }
        let mut present = ActiveHitGuard {
            waiter: ticket,
            client,
            completed: false,
        };
        let head = config.delivery.as_ref().map(|deliveries| {
            ticket.expect_copies(deliveries.copies_per_message());
            let worker = hit.slot().worker() as u16;
            ticket
                .delivery_record(worker, client.number)
                .to_header(deliveries.run)
        });
        client.submit(config, &hit, ticket.promise(), head)?;
        let ended = ticket.wait_for_end().await;
        present.completed = true;
        ended
    }

    async fn settle(&self, crew: &WorkerContext) {
        if !self.config.shared {
            return;
        }
        let slot = crew.slot();
        let pool = self.worker_clients(slot);
        // The engine waits for the broker as long as the drain lasts, and not to the end of this.
        let _account = DeliveryReportGuard { pool: &pool, slot };
        if self.config.completion != MqttCompletion::Ack {
            pool.fence_publishers().await;
            slot.mark("fence");
        }
        if self.config.completion == MqttCompletion::Delivery {
            pool.wait_for_deliveries(slot.workers()).await;
        }
    }

    async fn close(&self, session: MqttSlotSession) {
        if let SlotSessionKind::Shared { clients: pool, .. } = session.0 {
            pool.close().await;
        }
    }
}

/// What became of the messages is told when this is dropped.
struct DeliveryReportGuard<'a> {
    pool: &'a WorkerClients,
    slot: &'a Slot,
}

impl Drop for DeliveryReportGuard<'_> {
    fn drop(&mut self) {
        self.pool.report_deliveries(self.slot);
    }
}

/// The hit that a ticket is for at present. However that is left, the ticket is free again.
struct ActiveHitGuard<'a> {
    waiter: &'a HitWaiter,
    client: &'a MqttClient,
    completed: bool,
}

impl Drop for ActiveHitGuard<'_> {
    fn drop(&mut self) {
        self.waiter.finish_hit();
        if !self.completed {
            self.client.drop_abandoned();
        }
    }
}
