//! What the builder is told about the message that each hit publishes.

use hammer_data::{Template, VariesBy};

use crate::packet::MAX_STRING_BYTES;
use crate::packet::property::{PublishProperties, PublishProperty};
use crate::packet::publish::{MessageTemplate, check_topic};
use crate::render_context::{render_text, sample_context};
use crate::template_compiler::MqttTemplateCompiler;
use crate::{Error, ErrorKind, MqttBuilder, MqttVersion, Qos};

/// What a message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MqttPayload {
    /// A text with variables.
    Template(String),
    /// Bytes as they are.
    Bytes(Vec<u8>),
    /// So many bytes, whatever they are.
    Size(usize),
}

/// Bytes of a message of which nothing is said.
const DEFAULT_PAYLOAD_BYTES: usize = 16;

/// Where messages go unless that is said.
const DEFAULT_TOPIC: &str = "hammer/{{client}}";

/// What to send.
#[derive(Debug, Default)]
pub(super) struct MessageOptions {
    topic: Option<String>,
    pub(super) qos: Qos,
    /// Some bytes unless that is said.
    payload: Option<MqttPayload>,
    retain: bool,
    alias: bool,
    properties: Vec<PublishProperty<Vec<u8>>>,
}

impl MessageOptions {
    /// Where messages go, or what else `given` in its place says.
    pub(super) fn topic_or(
        &self,
        texts: &MqttTemplateCompiler,
        given: Option<&str>,
    ) -> Result<Template, Error> {
        match (given, &self.topic) {
            (Some(filter), _) => texts.compile("filter", filter),
            (None, Some(topic)) => texts.compile("topic", topic),
            (None, None) => MqttTemplateCompiler::compile_builtin(DEFAULT_TOPIC),
        }
    }

    /// The message, of which `head` bytes go before the payload.
    pub(super) fn message_template(
        self,
        texts: &MqttTemplateCompiler,
        version: MqttVersion,
        head: usize,
    ) -> Result<MessageTemplate, Error> {
        let topic = self.topic_or(texts, None)?;
        check_topic_template(&topic, "topic")?;
        if version == MqttVersion::V3 && !self.properties.is_empty() {
            let message = "properties of messages are of MQTT 5";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let properties = self.properties.iter().map(|property| {
            property.try_map(|what, bytes| {
                let template = texts.compile_bytes(what, bytes)?;
                match what {
                    "response topic" => check_topic_template(&template, what)?,
                    _ => check_text_length(&template, what)?,
                }
                Ok::<_, Error>(template)
            })
        });
        let properties = PublishProperties::new(properties.collect::<Result<_, _>>()?);
        let payload = match self
            .payload
            .unwrap_or(MqttPayload::Size(head.max(DEFAULT_PAYLOAD_BYTES)))
        {
            MqttPayload::Template(text) => texts.compile("payload", &text)?,
            MqttPayload::Bytes(bytes) => Template::from_literal(bytes),
            MqttPayload::Size(size) => {
                let rest = size.checked_sub(head).ok_or_else(|| {
                    let message = format!(
                        "{size} bytes are too few: what tells messages apart on their way to \
                         subscribers needs {head}"
                    );
                    Error::new(ErrorKind::Combination, message)
                })?;
                Template::from_literal(vec![b'x'; rest])
            }
        };
        let most = payload.max_bytes().unwrap_or(0).saturating_add(head);
        if most > 256 * 1024 * 1024 - 128 * 1024 {
            let message = "the payload is larger than an MQTT packet can be (256 MB)";
            return Err(Error::new(ErrorKind::Setting, message));
        }
        Ok(MessageTemplate {
            version,
            qos: self.qos,
            retain: self.retain,
            topic,
            payload,
            properties,
        })
    }

    /// Whether topics are to be numbered.
    pub(super) fn topic_alias(
        &self,
        texts: &MqttTemplateCompiler,
        version: MqttVersion,
    ) -> Result<bool, Error> {
        let combination = |message| Err(Error::new(ErrorKind::Combination, message));
        // A slot's own is another with each message too: slots share the clients.
        let differs =
            |topic: &Template| [VariesBy::Hit, VariesBy::Slot].map(|per| topic.varies_by(per));
        match self.alias {
            true if version == MqttVersion::V3 => combination("topic aliases are of MQTT 5"),
            true if differs(&self.topic_or(texts, None)?).contains(&true) => combination(
                "a topic alias stands for one topic per client: leave out of it what differs by \
                 message, such as {{seq}} and {{hit}}",
            ),
            alias => Ok(alias),
        }
    }
}

/// Whether brokers take what is published to `topic`, as far as that can be told.
pub(super) fn check_topic_template(topic: &Template, what: &str) -> Result<(), Error> {
    // What has no value before the run, such as a token, is looked at when it is sent.
    let taken = render_text(topic, &mut sample_context())
        .map_or(true, |sample| check_topic(sample.as_bytes()).is_ok());
    if taken && topic.max_bytes().unwrap_or(0) <= MAX_STRING_BYTES {
        return Ok(());
    }
    let message = format!(
        "the {what} {:?}: a topic is 1 to 65,535 bytes without + # and NUL",
        topic.source()
    );
    Err(Error::new(ErrorKind::Topic, message))
}

/// Whether MQTT has room for a text.
pub(super) fn check_text_length(text: &Template, what: &str) -> Result<(), Error> {
    if text.max_bytes().unwrap_or(0) <= MAX_STRING_BYTES {
        return Ok(());
    }
    let message = format!("the {what} is longer than 65,535 bytes");
    Err(Error::new(ErrorKind::Setting, message))
}

impl MqttBuilder {
    /// Where messages go, a template.
    pub fn topic(mut self, template: impl Into<String>) -> Self {
        self.message.topic = Some(template.into());
        self
    }

    /// What messages carry.
    pub fn payload(mut self, payload: MqttPayload) -> Self {
        self.message.payload = Some(payload);
        self
    }

    /// How sure to be that a message arrives; it is also what subscriptions ask for.
    pub fn qos(mut self, qos: Qos) -> Self {
        self.message.qos = qos;
        self
    }

    /// Whether the broker keeps the last message of each topic.
    pub fn retain(mut self, yes: bool) -> Self {
        self.message.retain = yes;
        self
    }

    /// Sends the topic once per connection and then a number for it, as far as the broker allows.
    pub fn topic_alias(mut self, yes: bool) -> Self {
        self.message.alias = yes;
        self
    }

    /// After how many seconds the broker forgets a message that it could not deliver.
    pub fn message_expiry(self, seconds: u32) -> Self {
        self.with_property(PublishProperty::Expiry(seconds))
    }

    /// What the payload is, a template.
    pub fn content_type(self, text: &str) -> Self {
        self.with_property(PublishProperty::ContentType(text.into()))
    }

    /// Where answers should go, a template.
    pub fn response_topic(self, topic: &str) -> Self {
        self.with_property(PublishProperty::ResponseTopic(topic.into()))
    }

    /// What answers should carry; a template, if it is text.
    pub fn correlation_data(self, data: &[u8]) -> Self {
        self.with_property(PublishProperty::CorrelationData(data.into()))
    }

    /// A property of one's own, of two templates; there may be several, of one name too.
    pub fn user_property(self, name: &str, value: &str) -> Self {
        self.with_property(PublishProperty::User(name.into(), value.into()))
    }

    fn with_property(mut self, property: PublishProperty<Vec<u8>>) -> Self {
        self.message.properties.push(property);
        self
    }
}
