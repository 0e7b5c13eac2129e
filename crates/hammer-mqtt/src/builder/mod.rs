mod connect;
mod measure;
mod message;
mod session;

use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use hammer_data::TemplateScope;
use hammer_net::{ConfigureNetwork, NetworkOptions, mask_password};

use self::connect::ConnectionOptions;
use self::measure::MeasureOptions;
use self::message::MessageOptions;
use self::session::SessionOptions;
use crate::broker_connection::MqttAction;
use crate::config::{MqttCompletion, MqttConfig};
use crate::template_compiler::MqttTemplateCompiler;
use crate::url::BrokerUrl;
use crate::{Error, ErrorKind, Mqtt, Qos};

pub use self::measure::MqttMode;
pub use self::message::MqttPayload;

/// Collects what to do to which broker; [`build`](Self::build) checks it all.
///
/// Defaults: one client of version 3.1.1 with a clean start, a keep-alive of 60 s and an id of its
/// own, which publishes 16 bytes (32 where delivery is measured) to `hammer/{{client}}` at QoS 0.
///
/// How connections are made, TLS and proxies are options of [`ConfigureNetwork`].
///
/// Topics, filters, payloads, properties, client ids, users, passwords and wills are templates
/// (`docs/DATA.md`). In a message `{{client}}` is the number of the client, `{{seq}}` that of the message
/// among the client's, `{{hit}}` that of the hit in the schedule; all from 0. What a client says when it
/// connects belongs to the client, and is the same each time: there `{{seq}}`, `{{hit}}` and `{{slot}}`
/// are its number too, and chance is that of the seed and this number. Where a connection is the hit
/// ([`MqttMode::Connect`]), the client is the slot.
#[must_use = "a builder does nothing until it is built"]
pub struct MqttBuilder {
    url: String,
    network: NetworkOptions,
    connections: ConnectionOptions,
    session: SessionOptions,
    message: MessageOptions,
    measuring: MeasureOptions,
    compiler: MqttTemplateCompiler,
}

impl MqttBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            network: NetworkOptions::default(),
            connections: ConnectionOptions::default(),
            session: SessionOptions::default(),
            message: MessageOptions::default(),
            measuring: MeasureOptions::default(),
            compiler: MqttTemplateCompiler::default(),
        }
    }

    /// What templates may use besides what they always may: the rows of feeders, and tokens; or that
    /// there are none ([`TemplateScope::literal`]).
    pub fn template_scope(mut self, words: TemplateScope) -> Self {
        self.compiler = MqttTemplateCompiler::new(words);
        self
    }

    /// Checks everything that can be checked without the broker, and makes the hammer.
    ///
    /// # Errors
    ///
    /// If something is malformed or out of its range, or if two things do not go together. See
    /// [`ErrorKind`](crate::ErrorKind).
    pub fn build(self) -> Result<Mqtt, Error> {
        let url = BrokerUrl::parse(&self.url)?;
        let Self {
            network,
            connections,
            session: identity,
            message: sending,
            measuring,
            compiler: texts,
            ..
        } = self;

        connections.check()?;
        let clients = connections.clients;
        let measure = measuring.completion(sending.qos)?;
        let deliveries = measuring.delivery_config(measure, &sending, &texts, identity.run_id)?;
        let subscribers = deliveries.as_ref().map_or(0, |found| found.subscribers);
        let version = identity.version;
        let head = match measure {
            MqttCompletion::Delivery => crate::delivery::DELIVERY_HEADER_BYTES,
            MqttCompletion::Ack | MqttCompletion::Sent => 0,
        };
        let alias = sending.topic_alias(&texts, version)?;
        let resend = identity.resend;
        if resend && (measuring.mode != MqttMode::Publish || !is_acknowledged(sending.qos)) {
            let message = "only messages at QoS 1 and 2 are sent again";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        if resend && alias {
            let message = "a topic alias ends with its connection: what is sent again has none";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let filter = measuring.subscribe_filter(&sending, &texts)?;
        let message = sending.message_template(&texts, version, head)?;
        // What subscribers are to get, and whatever else a broker may have to say.
        let expected = deliveries.as_ref().map_or(Some(0), |_| message.max_bytes());
        let most_packet = expected.and_then(|bytes| u32::try_from(bytes).ok());
        let most_packet = most_packet
            .unwrap_or(u32::MAX)
            .saturating_add(PACKET_HEADROOM_BYTES);
        let everybody = clients + subscribers;
        let claims =
            identity.client_identity(&texts, everybody, measuring.mode, &url, most_packet)?;
        let (dial, connect_timeout) = connections.connector(url, network)?;
        Ok(Mqtt {
            config: Arc::new(MqttConfig {
                scope: texts.into_scope(),
                identity: claims,
                connector: dial,
                connect_timeout,
                clients,
                connect_rate: connections.connect_rate,
                max_failed_clients: connections.max_failed_clients(),
                shared: measuring.mode != MqttMode::Connect,
                action: match measuring.mode {
                    MqttMode::Publish | MqttMode::Connect => MqttAction::Publish,
                    MqttMode::Subscribe => MqttAction::Subscribe,
                    MqttMode::Ping => MqttAction::Ping,
                },
                completion: measure,
                use_topic_alias: alias,
                filter,
                message,
                window: measuring.window,
                wait_for_window: measuring.wait_for_window,
                require_subscribers: measuring.require_subscribers,
                resend,
                delivery: deliveries,
                worker_channels: OnceLock::new(),
                delivery_barriers: Default::default(),
                failed_clients: AtomicUsize::new(0),
            }),
        })
    }
}

impl ConfigureNetwork for MqttBuilder {
    fn network_options(&mut self) -> &mut NetworkOptions {
        &mut self.network
    }
}

impl fmt::Debug for MqttBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MqttBuilder")
            .field("url", &mask_password(&self.url))
            .field("network", &self.network)
            .field("connections", &self.connections)
            .field("identity", &self.session)
            .field("sending", &self.message)
            .field("measuring", &self.measuring)
            .field("texts", &self.compiler)
            .finish()
    }
}

/// Bytes that a packet from a broker may have beyond the largest message that is published.
const PACKET_HEADROOM_BYTES: u32 = 1024 * 1024;

/// Whether there is an answer at this level.
fn is_acknowledged(qos: Qos) -> bool {
    qos != Qos::AtMostOnce
}
