//! What the builder is told about the message that each hit publishes.

use crate::packet::MOST_TEXT;
use crate::packet::publish::{Message, Properties, check_topic};
use crate::template::{Template, Values};
use crate::{Error, ErrorKind, MqttBuilder, Qos, Version};

/// What a message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// A text with variables.
    Template(String),
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// So many bytes, whatever they are.
    Size(usize),
}

/// Bytes of a message of which nothing is said.
const BYTES: usize = 16;

/// What to send.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) topic: String,
    pub(super) qos: Qos,
    /// Some bytes unless that is said.
    payload: Option<Payload>,
    retain: bool,
    alias: bool,
    properties: Properties,
    /// The first text that is too long for MQTT.
    too_long: Option<&'static str>,
    response_topic: Option<String>,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            topic: "hammer/{{client}}".to_owned(),
            qos: Qos::default(),
            payload: None,
            retain: false,
            alias: false,
            properties: Properties::default(),
            too_long: None,
            response_topic: None,
        }
    }
}

impl Sending {
    /// The message, of which `head` bytes go before the payload.
    pub(super) fn message(self, version: Version, head: usize) -> Result<Message, Error> {
        let topic = Template::compile(&self.topic)?;
        let taken = |topic: &str| check_topic(topic.as_bytes()).is_ok();
        if !taken(&topic.text(Values::default())) || topic.most_bytes() > MOST_TEXT {
            let why = "a topic is 1 to 65,535 bytes without + # and NUL";
            return Err(Error::new(
                ErrorKind::Topic,
                format!("the topic {:?}: {why}", self.topic),
            ));
        }
        if let Some(topic) = self.response_topic.filter(|topic| !taken(topic)) {
            let message = format!("the response topic {topic:?} is none");
            return Err(Error::new(ErrorKind::Topic, message));
        }
        if let Some(what) = self.too_long {
            let message = format!("the {what} is longer than 65,535 bytes");
            return Err(Error::new(ErrorKind::Setting, message));
        }
        if version == Version::V3 && !self.properties.0.is_empty() {
            let message = "properties of messages are of MQTT 5";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let payload = match self.payload.unwrap_or(Payload::Size(head.max(BYTES))) {
            Payload::Template(text) => Template::compile(&text)?,
            Payload::Bytes(bytes) => Template::fixed(bytes),
            Payload::Size(size) => {
                let rest = size.checked_sub(head).ok_or_else(|| {
                    let message = format!(
                        "{size} bytes are too few: what tells messages apart on their way to \
                         subscribers needs {head}"
                    );
                    Error::new(ErrorKind::Combination, message)
                })?;
                Template::fixed(vec![b'x'; rest])
            }
        };
        if payload.most_bytes() + head > 256 * 1024 * 1024 - 128 * 1024 {
            let message = "the payload is larger than an MQTT packet can be (256 MB)";
            return Err(Error::new(ErrorKind::Setting, message));
        }
        Ok(Message {
            version,
            qos: self.qos,
            retain: self.retain,
            topic,
            payload,
            properties: self.properties.0,
        })
    }

    /// Whether topics are to be numbered.
    pub(super) fn alias(&self, version: Version) -> Result<bool, Error> {
        let combination = |message| Err(Error::new(ErrorKind::Combination, message));
        match self.alias {
            true if version == Version::V3 => combination("topic aliases are of MQTT 5"),
            true if Template::compile(&self.topic)?.differs_by_message() => combination(
                "a topic alias stands for one topic per client: leave {{seq}} and {{hit}} out of it",
            ),
            alias => Ok(alias),
        }
    }

    fn text(&mut self, what: &'static str, length: usize) {
        if length > MOST_TEXT {
            self.too_long.get_or_insert(what);
        }
    }
}

impl MqttBuilder {
    /// Where messages go, a template.
    pub fn topic(mut self, template: impl Into<String>) -> Self {
        self.sending.topic = template.into();
        self
    }

    /// What messages carry.
    pub fn payload(mut self, payload: Payload) -> Self {
        self.sending.payload = Some(payload);
        self
    }

    /// How sure to be that a message arrives; it is also what subscriptions ask for.
    pub fn qos(mut self, qos: Qos) -> Self {
        self.sending.qos = qos;
        self
    }

    /// Whether the broker keeps the last message of each topic.
    pub fn retain(mut self, yes: bool) -> Self {
        self.sending.retain = yes;
        self
    }

    /// Sends the topic once per connection and then a number for it, as far as the broker allows.
    pub fn topic_alias(mut self, yes: bool) -> Self {
        self.sending.alias = yes;
        self
    }

    /// After how many seconds the broker forgets a message that it could not deliver.
    pub fn message_expiry(mut self, seconds: u32) -> Self {
        self.sending.properties.expiry(seconds);
        self
    }

    /// What the payload is.
    pub fn content_type(mut self, text: &str) -> Self {
        self.sending.text("content type", text.len());
        self.sending.properties.content_type(text);
        self
    }

    /// Where answers should go.
    pub fn response_topic(mut self, topic: &str) -> Self {
        self.sending.text("response topic", topic.len());
        self.sending.properties.response_topic(topic);
        self.sending.response_topic = Some(topic.to_owned());
        self
    }

    /// What answers should carry.
    pub fn correlation_data(mut self, data: &[u8]) -> Self {
        self.sending.text("correlation data", data.len());
        self.sending.properties.correlation_data(data);
        self
    }

    /// A property of one's own; there may be several, of one name too.
    pub fn user_property(mut self, name: &str, value: &str) -> Self {
        self.sending
            .text("user property", name.len().max(value.len()));
        self.sending.properties.user(name, value);
        self
    }
}
