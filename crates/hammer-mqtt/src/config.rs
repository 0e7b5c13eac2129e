//! The checked configuration of a hammer.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hammer_core::Hit;
use hammer_data::{Template, TemplateScope};

use crate::connection::broker_connection::MqttAction;
use crate::connection::broker_connector::BrokerConnector;
use crate::load::connect_progress::ConnectProgress;
use crate::load::delivery::{DeliverySubscriberConfig, WorkerDeliveryChannel};
use crate::load::run_doubts::RunDoubts;
use crate::load::unsupported_by_broker::UnsupportedByBroker;
use crate::load::worker_barrier::WorkerBarrier;
use crate::packet::MqttVersion;
use crate::packet::connect_packet_template::ConnectPacketTemplate;
use crate::packet::publish::MessageTemplate;

/// The event at which a published message is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MqttCompletionEvent {
    /// The acknowledgment of the broker: PUBACK at QoS 1, PUBCOMP at QoS 2.
    Ack,
    /// The time at which the socket takes its bytes. At QoS 0 there is no acknowledgment.
    Sent,
    /// The arrival at the subscribers of this process.
    Delivery,
}

/// The checked configuration of a hammer.
pub(crate) struct MqttConfig {
    /// The feeders and tokens of the templates.
    pub(crate) scope: TemplateScope,
    pub(crate) connector: BrokerConnector,
    pub(crate) identity: ConnectPacketTemplate,
    /// The longest time to open a connection, up to the CONNACK.
    pub(crate) connect_timeout: Duration,
    pub(crate) clients: usize,
    /// Connections per second.
    pub(crate) connect_rate: Option<f64>,
    /// The maximum number of clients that may fail to connect before the run starts.
    pub(crate) max_failed_clients: usize,
    /// False to open a connection per hit.
    pub(crate) shared: bool,
    pub(crate) action: MqttAction,
    pub(crate) completion: MqttCompletionEvent,
    pub(crate) message: MessageTemplate,
    pub(crate) use_topic_alias: bool,
    /// The filter of SUBSCRIBE, if a hit is a subscription.
    pub(crate) filter: Template,
    pub(crate) window: u16,
    pub(crate) wait_for_window: bool,
    pub(crate) require_subscribers: bool,
    /// True to send messages in flight again when a session resumes.
    pub(crate) resend: bool,
    /// True to do without settings that the broker does not support.
    pub(crate) downgrade: bool,
    pub(crate) delivery: Option<DeliverySubscriberConfig>,
    /// The channel of each worker, for deliveries that arrive at another worker.
    pub(crate) worker_channels: OnceLock<Vec<WorkerDeliveryChannel>>,
    /// Barriers for the workers: all messages have reached the broker, and all deliveries have
    /// reached the subscribers.
    pub(crate) delivery_barriers: [WorkerBarrier; 2],
    /// The first attempts of the clients of all workers to connect.
    pub(crate) connect_progress: ConnectProgress,
    /// True if the broker has accepted a client, so that it speaks the version.
    pub(crate) version_accepted: AtomicBool,
    /// The settings that the broker does not support, found before the run started.
    pub(crate) unsupported: OnceLock<UnsupportedByBroker>,
    pub(crate) doubts: RunDoubts,
}

impl MqttConfig {
    /// Returns the index, among the clients of its worker, of the client for a hit.
    ///
    /// With n workers, worker w has the clients w, w + n, w + 2n, and the hits likewise. If the
    /// number of clients is a multiple of n, hit k uses client k modulo the number of clients.
    pub(crate) fn local_client(&self, hit: &Hit) -> usize {
        let (worker, workers) = (hit.slot().worker(), hit.slot().workers());
        let here = self.clients_of(worker, workers) as u64;
        (hit.number() / workers as u64 % here.max(1)) as usize
    }

    /// Returns the number of hits that feeders have rows for, if each row is used once.
    pub(crate) fn max_hits(&self) -> Option<u64> {
        let max_hits = |template: &Template| template.max_hits();
        match self.action {
            // Shared clients keep their values when they reconnect, so their identity uses up no
            // rows.
            _ if !self.shared => self.identity.templates().filter_map(max_hits).min(),
            MqttAction::Publish => self.message.templates().filter_map(max_hits).min(),
            MqttAction::Subscribe => max_hits(&self.filter),
            MqttAction::Ping => None,
        }
    }

    /// Records that the broker has accepted a client.
    pub(crate) fn record_accepted(&self) {
        // Workers share the value, so it is written once.
        if !self.version_accepted.load(Ordering::Relaxed) {
            self.version_accepted.store(true, Ordering::Relaxed);
        }
    }

    /// Returns the version of CONNECT, unless the broker is known to speak it.
    pub(crate) fn doubtful_version(&self) -> Option<MqttVersion> {
        let is_known = self.version_accepted.load(Ordering::Relaxed);
        (!is_known).then_some(self.identity.connect.version)
    }

    /// Returns the number of connections that hits share.
    pub(crate) fn connections(&self) -> usize {
        let subscribers = self.delivery.as_ref();
        self.clients + subscribers.map_or(0, |found| found.subscribers)
    }

    /// Returns the number of clients of a worker.
    pub(crate) fn clients_of(&self, worker: usize, workers: usize) -> usize {
        self.clients / workers + usize::from(worker < self.clients % workers)
    }
}
