use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use hammer_core::Hit;
use hammer_data::{Template, TemplateScope};

use crate::broker_connection::MqttAction;
use crate::broker_connector::BrokerConnector;
use crate::client_identity::ClientIdentity;
use crate::delivery::{DeliveryConfig, WorkerChannel};
use crate::packet::publish::MessageTemplate;
use crate::worker_barrier::WorkerBarrier;

/// When a published message counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MqttCompletion {
    /// When the broker has acknowledged it: PUBACK at QoS 1, PUBCOMP at QoS 2.
    Ack,
    /// When the system has taken its bytes. At QoS 0 there is no answer, and this is all that can
    /// be known of one message.
    Sent,
    /// When subscribers of this process have it.
    Delivery,
}

/// All that a hammer was told, checked.
pub(crate) struct MqttConfig {
    /// What has the tokens.
    pub(crate) scope: TemplateScope,
    pub(crate) connector: BrokerConnector,
    pub(crate) identity: ClientIdentity,
    /// How long a connection may take to open, CONNACK and all.
    pub(crate) connect_timeout: Duration,
    pub(crate) clients: usize,
    /// Connections per second.
    pub(crate) connect_rate: Option<f64>,
    /// How many clients may be missing when the clock starts.
    pub(crate) max_failed_clients: usize,
    /// None opens a connection per hit.
    pub(crate) shared: bool,
    pub(crate) action: MqttAction,
    pub(crate) completion: MqttCompletion,
    pub(crate) message: MessageTemplate,
    pub(crate) use_topic_alias: bool,
    /// What SUBSCRIBE asks for, where that is the hit.
    pub(crate) filter: Template,
    pub(crate) window: u16,
    pub(crate) wait_for_window: bool,
    pub(crate) require_subscribers: bool,
    /// Whether what is in flight survives its connection, with the session.
    pub(crate) resend: bool,
    pub(crate) delivery: Option<DeliveryConfig>,
    /// One of each worker, since subscribers get what another worker's clients have sent.
    pub(crate) worker_channels: OnceLock<Vec<WorkerChannel>>,
    /// Where workers meet when their messages are with the broker, and when what it passed on is
    /// with the subscribers.
    pub(crate) delivery_barriers: [WorkerBarrier; 2],
    /// Clients of all workers that could not connect before the clock started.
    pub(crate) failed_clients: AtomicUsize,
}

impl MqttConfig {
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
    pub(crate) fn max_hits(&self) -> Option<u64> {
        let most = |template: &Template| template.max_hits();
        match self.action {
            // A client that connects again has its values again.
            _ if !self.shared => self.identity.templates().filter_map(most).min(),
            MqttAction::Publish => self.message.templates().filter_map(most).min(),
            MqttAction::Subscribe => most(&self.filter),
            MqttAction::Ping => None,
        }
    }

    /// How many connections there are, where hits share them.
    pub(crate) fn connections(&self) -> usize {
        let subscribers = self.delivery.as_ref();
        self.clients + subscribers.map_or(0, |found| found.subscribers)
    }

    /// How many clients worker number `worker` has.
    pub(crate) fn clients_of(&self, worker: usize, workers: usize) -> usize {
        self.clients / workers + usize::from(worker < self.clients % workers)
    }
}
