//! The builder of a hammer for MQTT.

mod client_startup_options;
mod connect_packet_options;
mod hit_measurement_options;
mod message_options;

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use hammer_data::TemplateScope;
use hammer_net::{ConfigureNetwork, NetworkOptions, mask_password};

use self::client_startup_options::ClientStartupOptions;
use self::connect_packet_options::ConnectPacketOptions;
use self::hit_measurement_options::HitMeasurementOptions;
use self::message_options::MessageOptions;
use crate::config::{MqttCompletionEvent, MqttConfig};
use crate::connection::broker_connection::MqttAction;
use crate::load::connect_progress::ConnectProgress;
use crate::load::run_doubts::RunDoubts;
use crate::template::template_compiler::MqttTemplateCompiler;
use crate::url::BrokerUrl;
use crate::{Error, ErrorKind, Mqtt, Qos};

pub use self::hit_measurement_options::MqttMode;
pub use self::message_options::MqttPayload;

/// Collects the options of a hammer; [`build`](Self::build) checks them.
///
/// Defaults: one client of version 3.1.1 with a clean start, a keep-alive of 60 s and a unique id.
/// It publishes 16 bytes (32 if delivery is measured) to `hammer/{{client}}` at QoS 0.
///
/// Options for connections, TLS and proxies are in [`ConfigureNetwork`].
///
/// Topics, filters, payloads, properties, client ids, users, passwords and wills are templates
/// (`docs/DATA.md`). In a message, `{{client}}` is the number of the client, `{{seq}}` the number
/// of the message of this client, and `{{hit}}` the number of the hit; all count from 0. The
/// CONNECT packet of a client is the same for each connection: there `{{seq}}`, `{{hit}}` and
/// `{{slot}}` are the number of the client too, and random values depend on the seed and this
/// number alone. If a hit is a connection ([`MqttMode::Connect`]), the client is the slot.
#[must_use = "a builder does nothing until it is built"]
pub struct MqttBuilder {
    url: String,
    network: NetworkOptions,
    connections: ClientStartupOptions,
    session: ConnectPacketOptions,
    message: MessageOptions,
    measuring: HitMeasurementOptions,
    compiler: MqttTemplateCompiler,
}

impl MqttBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            network: NetworkOptions::default(),
            connections: ClientStartupOptions::default(),
            session: ConnectPacketOptions::default(),
            message: MessageOptions::default(),
            measuring: HitMeasurementOptions::default(),
            compiler: MqttTemplateCompiler::default(),
        }
    }

    /// Sets the feeders and tokens of templates, or makes all texts literal
    /// ([`TemplateScope::literal`]).
    pub fn template_scope(mut self, scope: TemplateScope) -> Self {
        self.compiler = MqttTemplateCompiler::new(scope);
        self
    }

    /// Checks everything that can be checked without the broker, and builds the hammer.
    ///
    /// # Errors
    ///
    /// If an option is malformed or out of range, or if options cannot be combined. See
    /// [`ErrorKind`](crate::ErrorKind).
    pub fn build(self) -> Result<Mqtt, Error> {
        let url = BrokerUrl::parse(&self.url)?;
        let Self {
            network,
            connections,
            session,
            message,
            measuring,
            compiler,
            ..
        } = self;

        connections.check()?;
        let clients = connections.clients;
        let completion = measuring.completion(message.qos)?;
        let delivery =
            measuring.delivery_config(completion, &message, &compiler, session.run_id)?;
        let subscribers = delivery.as_ref().map_or(0, |found| found.subscribers);
        let version = session.version;
        let header_bytes = match completion {
            MqttCompletionEvent::Delivery => crate::load::delivery::DELIVERY_HEADER_BYTES,
            MqttCompletionEvent::Ack | MqttCompletionEvent::Sent => 0,
        };
        let alias = message.topic_alias(&compiler, version)?;
        let (resend, downgrade) = (session.resend, session.downgrade);
        if resend && (measuring.mode != MqttMode::Publish || !is_acknowledged(message.qos)) {
            let message = "resending requires messages at QoS 1 or 2";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        if resend && alias {
            let message =
                "resending cannot be combined with a topic alias, which ends with its connection";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let filter = measuring.subscribe_filter(&message, &compiler)?;
        let message = message.message_template(&compiler, version, header_bytes)?;
        // Room for the messages of subscribers and for the other packets of a broker.
        let message_bytes = delivery.as_ref().map_or(Some(0), |_| message.max_bytes());
        let max_packet_size = message_bytes.and_then(|bytes| u32::try_from(bytes).ok());
        let max_packet_size = max_packet_size
            .unwrap_or(u32::MAX)
            .saturating_add(PACKET_HEADROOM_BYTES);
        let all_clients = clients + subscribers;
        let identity = session.connect_packet_template(
            &compiler,
            all_clients,
            measuring.mode,
            &url,
            max_packet_size,
        )?;
        let (connector, connect_timeout) = connections.connector(url, network)?;
        Ok(Mqtt {
            config: Arc::new(MqttConfig {
                scope: compiler.into_scope(),
                identity,
                connector,
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
                completion,
                use_topic_alias: alias,
                filter,
                message,
                window: measuring.window,
                wait_for_window: measuring.wait_for_window,
                require_subscribers: measuring.require_subscribers,
                resend,
                downgrade,
                delivery,
                worker_channels: OnceLock::new(),
                delivery_barriers: Default::default(),
                connect_progress: ConnectProgress::default(),
                version_accepted: AtomicBool::new(false),
                unsupported: OnceLock::new(),
                doubts: RunDoubts::default(),
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
            .field("session", &self.session)
            .field("message", &self.message)
            .field("measuring", &self.measuring)
            .field("compiler", &self.compiler)
            .finish()
    }
}

/// The size of a packet from the broker that is accepted beyond the largest message.
const PACKET_HEADROOM_BYTES: u32 = 1024 * 1024;

/// Returns true if messages are acknowledged at this QoS.
fn is_acknowledged(qos: Qos) -> bool {
    qos != Qos::AtMostOnce
}
