mod connect;
mod measure;
mod message;
mod session;

use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use hammer_data::Words;
use hammer_net::{Network, Networking, masked};

use self::connect::Connections;
use self::measure::Measuring;
use self::message::Sending;
use self::session::Identity;
use crate::config::{Config, Measure};
use crate::link::Deed;
use crate::texts::Texts;
use crate::url::Url;
use crate::{Error, ErrorKind, Mqtt, Qos};

pub use self::measure::Mode;
pub use self::message::Payload;

/// Collects what to do to which broker; [`build`](Self::build) checks it all.
///
/// Defaults: one client of version 3.1.1 with a clean start, a keep-alive of 60 s and an id of its
/// own, which publishes 16 bytes (32 where delivery is measured) to `hammer/{{client}}` at QoS 0.
///
/// How connections are made, TLS and proxies are options of [`Networking`].
///
/// Topics, filters, payloads, properties, client ids, users, passwords and wills are templates
/// (`docs/DATA.md`). In a message `{{client}}` is the number of the client, `{{seq}}` that of the message
/// among the client's, `{{hit}}` that of the hit in the schedule; all from 0. What a client says when it
/// connects belongs to the client, and is the same each time: there `{{seq}}`, `{{hit}}` and `{{slot}}`
/// are its number too, and chance is that of the seed and this number. Where a connection is the hit
/// ([`Mode::Connect`]), the client is the slot.
#[must_use = "a builder does nothing until it is built"]
pub struct MqttBuilder {
    url: String,
    network: Network,
    connections: Connections,
    identity: Identity,
    sending: Sending,
    measuring: Measuring,
    texts: Texts,
}

impl MqttBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            network: Network::default(),
            connections: Connections::default(),
            identity: Identity::default(),
            sending: Sending::default(),
            measuring: Measuring::default(),
            texts: Texts::default(),
        }
    }

    /// What templates may use besides what they always may: the rows of feeders, and tokens; or that
    /// there are none ([`Words::literal`]).
    pub fn words(mut self, words: Words) -> Self {
        self.texts = Texts::new(words);
        self
    }

    /// Checks everything that can be checked without the broker, and makes the hammer.
    ///
    /// # Errors
    ///
    /// If something is malformed or out of its range, or if two things do not go together. See
    /// [`ErrorKind`](crate::ErrorKind).
    pub fn build(self) -> Result<Mqtt, Error> {
        let url = Url::parse(&self.url)?;
        let Self {
            network,
            connections,
            identity,
            sending,
            measuring,
            texts,
            ..
        } = self;

        connections.check()?;
        let clients = connections.clients;
        let measure = measuring.measure(sending.qos)?;
        let deliveries = measuring.deliveries(measure, &sending, &texts, identity.run)?;
        let subscribers = deliveries.as_ref().map_or(0, |found| found.subscribers);
        let version = identity.version;
        let head = match measure {
            Measure::Delivery => crate::delivery::HEAD_BYTES,
            Measure::Ack | Measure::Sent => 0,
        };
        let alias = sending.alias(&texts, version)?;
        let resend = identity.resend;
        if resend && (measuring.mode != Mode::Publish || !is_answered(sending.qos)) {
            let message = "only messages at QoS 1 and 2 are sent again";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        if resend && alias {
            let message = "a topic alias ends with its connection: what is sent again has none";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let filter = measuring.subscribed(&sending, &texts)?;
        let message = sending.message(&texts, version, head)?;
        // What subscribers are to get, and whatever else a broker may have to say.
        let expected = deliveries
            .as_ref()
            .map_or(Some(0), |_| message.most_bytes());
        let most_packet = expected.and_then(|bytes| u32::try_from(bytes).ok());
        let most_packet = most_packet.unwrap_or(u32::MAX).saturating_add(HEADROOM);
        let everybody = clients + subscribers;
        let claims = identity.claims(&texts, everybody, measuring.mode, &url, most_packet)?;
        let (dial, connect_timeout) = connections.dial(url, network)?;
        Ok(Mqtt {
            config: Arc::new(Config {
                words: texts.into_words(),
                claims,
                dial,
                connect_timeout,
                clients,
                connect_rate: connections.rate,
                allow_missing: connections.most_missing(),
                shared: measuring.mode != Mode::Connect,
                deed: match measuring.mode {
                    Mode::Publish | Mode::Connect => Deed::Publish,
                    Mode::Subscribe => Deed::Subscribe,
                    Mode::Ping => Deed::Ping,
                },
                measure,
                alias,
                filter,
                message,
                window: measuring.window,
                wait_for_window: measuring.wait_for_window,
                require_subscribers: measuring.require_subscribers,
                resend,
                deliveries,
                mailboxes: OnceLock::new(),
                passed_on: Default::default(),
                missing: AtomicUsize::new(0),
            }),
        })
    }
}

impl Networking for MqttBuilder {
    fn network(&mut self) -> &mut Network {
        &mut self.network
    }
}

impl fmt::Debug for MqttBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MqttBuilder")
            .field("url", &masked(&self.url))
            .field("network", &self.network)
            .field("connections", &self.connections)
            .field("identity", &self.identity)
            .field("sending", &self.sending)
            .field("measuring", &self.measuring)
            .field("texts", &self.texts)
            .finish()
    }
}

/// Bytes that a packet from a broker may have beyond the largest message that is published.
const HEADROOM: u32 = 1024 * 1024;

/// Whether there is an answer at this level.
fn is_answered(qos: Qos) -> bool {
    qos != Qos::AtMostOnce
}
