use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use hammer_core::Hit;
use hammer_data::{Template, Words};

use crate::barrier::Barrier;
use crate::claims::Claims;
use crate::delivery::{Deliveries, Mailbox};
use crate::dial::Dial;
use crate::link::Deed;
use crate::packet::publish::Message;

/// When a published message counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// When the broker has acknowledged it: PUBACK at QoS 1, PUBCOMP at QoS 2.
    Ack,
    /// When the system has taken its bytes. At QoS 0 there is no answer, and this is all that can
    /// be known of one message.
    Sent,
    /// When subscribers of this process have it.
    Delivery,
}

/// All that a hammer was told, checked.
pub(crate) struct Config {
    /// What has the tokens.
    pub(crate) words: Words,
    pub(crate) dial: Dial,
    pub(crate) claims: Claims,
    /// How long a connection may take to open, CONNACK and all.
    pub(crate) connect_timeout: Duration,
    pub(crate) clients: usize,
    /// Connections per second.
    pub(crate) connect_rate: Option<f64>,
    /// How many clients may be missing when the clock starts.
    pub(crate) allow_missing: usize,
    /// None opens a connection per hit.
    pub(crate) shared: bool,
    pub(crate) deed: Deed,
    pub(crate) measure: Measure,
    pub(crate) message: Message,
    pub(crate) alias: bool,
    /// What SUBSCRIBE asks for, where that is the hit.
    pub(crate) filter: Template,
    pub(crate) window: u16,
    pub(crate) wait_for_window: bool,
    pub(crate) require_subscribers: bool,
    /// Whether what is in flight survives its connection, with the session.
    pub(crate) resend: bool,
    pub(crate) deliveries: Option<Deliveries>,
    /// One of each worker, since subscribers get what another worker's clients have sent.
    pub(crate) mailboxes: OnceLock<Vec<Mailbox>>,
    /// Where workers meet when their messages are with the broker, and when what it passed on is
    /// with the subscribers.
    pub(crate) passed_on: [Barrier; 2],
    /// Clients of all workers that could not connect before the clock started.
    pub(crate) missing: AtomicUsize,
}

impl Config {
    /// The place of the client that a hit belongs to among those of its worker.
    ///
    /// Worker w has clients w, w + n, w + 2n of n workers, and hits likewise: where the number of
    /// clients is a multiple of the workers', hit k is client k's modulo their number.
    pub(crate) fn local_client(&self, hit: &Hit) -> usize {
        let (worker, workers) = (hit.slot().worker(), hit.slot().workers());
        let here = self.clients_of(worker, workers) as u64;
        (hit.number() / workers as u64 % here.max(1)) as usize
    }

    /// How many hits there are rows for, where each is used once.
    pub(crate) fn most_hits(&self) -> Option<u64> {
        let most = |template: &Template| template.most_hits();
        match self.deed {
            // A client that connects again has its values again.
            _ if !self.shared => self.claims.templates().filter_map(most).min(),
            Deed::Publish => self.message.templates().filter_map(most).min(),
            Deed::Subscribe => most(&self.filter),
            Deed::Ping => None,
        }
    }

    /// How many connections there are, where hits share them.
    pub(crate) fn connections(&self) -> usize {
        let subscribers = self.deliveries.as_ref();
        self.clients + subscribers.map_or(0, |found| found.subscribers)
    }

    /// How many clients worker number `worker` has.
    pub(crate) fn clients_of(&self, worker: usize, workers: usize) -> usize {
        self.clients / workers + usize::from(worker < self.clients % workers)
    }
}
