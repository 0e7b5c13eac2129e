//! What the builder is told about the message that each hit publishes.

use hammer_data::{Per, Template};

use crate::moment::{sample, text};
use crate::packet::MOST_TEXT;
use crate::packet::property::{Properties, Property};
use crate::packet::publish::{Message, check_topic};
use crate::texts::Texts;
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

/// Where messages go unless that is said.
const TOPIC: &str = "hammer/{{client}}";

/// What to send.
#[derive(Debug, Default)]
pub(super) struct Sending {
    topic: Option<String>,
    pub(super) qos: Qos,
    /// Some bytes unless that is said.
    payload: Option<Payload>,
    retain: bool,
    alias: bool,
    properties: Vec<Property<Vec<u8>>>,
}

impl Sending {
    /// Where messages go, or what else `given` in its place says.
    pub(super) fn place(&self, texts: &Texts, given: Option<&str>) -> Result<Template, Error> {
        match (given, &self.topic) {
            (Some(filter), _) => texts.compile("filter", filter),
            (None, Some(topic)) => texts.compile("topic", topic),
            (None, None) => Texts::own(TOPIC),
        }
    }

    /// The message, of which `head` bytes go before the payload.
    pub(super) fn message(
        self,
        texts: &Texts,
        version: Version,
        head: usize,
    ) -> Result<Message, Error> {
        let topic = self.place(texts, None)?;
        check_place(&topic, "topic")?;
        if version == Version::V3 && !self.properties.is_empty() {
            let message = "properties of messages are of MQTT 5";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let properties = self.properties.iter().map(|property| {
            property.try_map(|what, bytes| {
                let template = texts.compile_bytes(what, bytes)?;
                match what {
                    "response topic" => check_place(&template, what)?,
                    _ => check_length(&template, what)?,
                }
                Ok::<_, Error>(template)
            })
        });
        let properties = Properties::new(properties.collect::<Result<_, _>>()?);
        let payload = match self.payload.unwrap_or(Payload::Size(head.max(BYTES))) {
            Payload::Template(text) => texts.compile("payload", &text)?,
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
        let most = payload.most_bytes().unwrap_or(0).saturating_add(head);
        if most > 256 * 1024 * 1024 - 128 * 1024 {
            let message = "the payload is larger than an MQTT packet can be (256 MB)";
            return Err(Error::new(ErrorKind::Setting, message));
        }
        Ok(Message {
            version,
            qos: self.qos,
            retain: self.retain,
            topic,
            payload,
            properties,
        })
    }

    /// Whether topics are to be numbered.
    pub(super) fn alias(&self, texts: &Texts, version: Version) -> Result<bool, Error> {
        let combination = |message| Err(Error::new(ErrorKind::Combination, message));
        // A slot's own is another with each message too: slots share the clients.
        let differs = |topic: &Template| [Per::Hit, Per::Slot].map(|per| topic.differs_by(per));
        match self.alias {
            true if version == Version::V3 => combination("topic aliases are of MQTT 5"),
            true if differs(&self.place(texts, None)?).contains(&true) => combination(
                "a topic alias stands for one topic per client: leave out of it what differs by \
                 message, such as {{seq}} and {{hit}}",
            ),
            alias => Ok(alias),
        }
    }
}

/// Whether brokers take what is published to `topic`, as far as that can be told.
pub(super) fn check_place(topic: &Template, what: &str) -> Result<(), Error> {
    // What has no value before the run, such as a token, is looked at when it is sent.
    let taken =
        text(topic, &mut sample()).map_or(true, |sample| check_topic(sample.as_bytes()).is_ok());
    if taken && topic.most_bytes().unwrap_or(0) <= MOST_TEXT {
        return Ok(());
    }
    let message = format!(
        "the {what} {:?}: a topic is 1 to 65,535 bytes without + # and NUL",
        topic.source()
    );
    Err(Error::new(ErrorKind::Topic, message))
}

/// Whether MQTT has room for a text.
pub(super) fn check_length(text: &Template, what: &str) -> Result<(), Error> {
    if text.most_bytes().unwrap_or(0) <= MOST_TEXT {
        return Ok(());
    }
    let message = format!("the {what} is longer than 65,535 bytes");
    Err(Error::new(ErrorKind::Setting, message))
}

impl MqttBuilder {
    /// Where messages go, a template.
    pub fn topic(mut self, template: impl Into<String>) -> Self {
        self.sending.topic = Some(template.into());
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
    pub fn message_expiry(self, seconds: u32) -> Self {
        self.property(Property::Expiry(seconds))
    }

    /// What the payload is, a template.
    pub fn content_type(self, text: &str) -> Self {
        self.property(Property::ContentType(text.into()))
    }

    /// Where answers should go, a template.
    pub fn response_topic(self, topic: &str) -> Self {
        self.property(Property::ResponseTopic(topic.into()))
    }

    /// What answers should carry; a template, if it is text.
    pub fn correlation_data(self, data: &[u8]) -> Self {
        self.property(Property::CorrelationData(data.into()))
    }

    /// A property of one's own, of two templates; there may be several, of one name too.
    pub fn user_property(self, name: &str, value: &str) -> Self {
        self.property(Property::User(name.into(), value.into()))
    }

    fn property(mut self, property: Property<Vec<u8>>) -> Self {
        self.sending.properties.push(property);
        self
    }
}
