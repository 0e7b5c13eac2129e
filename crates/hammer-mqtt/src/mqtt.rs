use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use hammer_core::{Crew, Failure, Hammer, Hit, Needs, Outcome, Slot, Unready};

use crate::MqttBuilder;
use crate::client::Client;
use crate::config::{Config, Measure};
use crate::pool::Pool;
use crate::storm;
use crate::ticket::Ticket;

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
    pub(crate) config: Arc<Config>,
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
            .field("url", &self.config.dial.url)
            .finish_non_exhaustive()
    }
}

/// What a slot keeps between hits.
pub struct Session(Kind);

enum Kind {
    Shared {
        pool: Rc<Pool>,
        ticket: Rc<Ticket>,
    },
    /// A connection per hit: nothing.
    Alone,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Mqtt {
    fn pool(&self, slot: &Slot) -> Rc<Pool> {
        slot.share(|| Pool::new(self.config.clone(), slot))
    }
}

impl Hammer for Mqtt {
    type Session = Session;

    fn max_workers(&self) -> usize {
        if self.config.shared {
            self.config.clients
        } else {
            usize::MAX
        }
    }

    fn most_hits(&self) -> Option<u64> {
        self.config.most_hits()
    }

    fn doubts(&self) -> Vec<String> {
        self.config.words.doubts()
    }

    fn needs(&self, mut needs: Needs) -> Needs {
        if self.config.shared {
            let connections = self.config.connections() as u64;
            needs.files = needs.files.saturating_sub(needs.ports) + connections;
            needs.ports = connections;
        }
        needs.ports = self.config.dial.net.ports(needs.ports);
        needs
    }

    async fn prepare(&self, crew: &Crew) -> Result<(), Unready> {
        self.config.words.ready().await?;
        match self.config.shared {
            true => self.pool(crew.slot()).connect(crew).await,
            false => Ok(()),
        }
    }

    async fn open(&self, slot: Slot) -> Result<Session, Failure> {
        if !self.config.shared {
            return Ok(Session(Kind::Alone));
        }
        let pool = self.pool(&slot);
        let ticket = pool.ticket(&slot);
        Ok(Session(Kind::Shared { pool, ticket }))
    }

    async fn hit(&self, session: &mut Session, hit: Hit) -> Result<Outcome, Failure> {
        let config = &*self.config;
        let Kind::Shared { pool, ticket } = &session.0 else {
            return Box::pin(storm::hit(config, &hit)).await;
        };
        let local = config.local_client(&hit);
        let mut client = pool.client(local).ok_or(crate::fault::NOT_CONNECTED)?;
        if hit.slot().is_closed_loop() && !client.is_up() {
            // Failing at once would make the loop spin.
            client = match pool.stand_in(local) {
                Some(client) => client,
                None => {
                    // On the heap: other hits need no room for this.
                    let client = Box::pin(pool.first_back(local)).await;
                    hit.mark("reconnect");
                    client
                }
            };
        }
        let mut present = Present {
            ticket,
            client,
            ended: false,
        };
        let head = config.deliveries.as_ref().map(|deliveries| {
            ticket.expect_copies(deliveries.copies());
            let worker = hit.slot().worker() as u16;
            ticket.arrival(worker, client.number).head(deliveries.run)
        });
        client.offer(config, &hit, ticket.receipt(), head)?;
        let ended = ticket.ended().await;
        present.ended = true;
        ended
    }

    async fn settle(&self, crew: &Crew) {
        if !self.config.shared {
            return;
        }
        let slot = crew.slot();
        let pool = self.pool(slot);
        // The engine waits for the broker as long as the drain lasts, and not to the end of this.
        let _account = Account { pool: &pool, slot };
        if self.config.measure != Measure::Ack {
            pool.fence().await;
            slot.mark("fence");
        }
        if self.config.measure == Measure::Delivery {
            pool.deliver(slot.workers()).await;
        }
    }

    async fn close(&self, session: Session) {
        if let Kind::Shared { pool, .. } = session.0 {
            pool.close().await;
        }
    }
}

/// What became of the messages is told when this is dropped.
struct Account<'a> {
    pool: &'a Pool,
    slot: &'a Slot,
}

impl Drop for Account<'_> {
    fn drop(&mut self) {
        self.pool.account(self.slot);
    }
}

/// The hit that a ticket is for at present. However that is left, the ticket is free again.
struct Present<'a> {
    ticket: &'a Ticket,
    client: &'a Client,
    ended: bool,
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.ticket.over();
        if !self.ended {
            self.client.given_up();
        }
    }
}
