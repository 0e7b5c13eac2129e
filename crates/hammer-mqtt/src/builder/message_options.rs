//! Options for the message that each hit publishes.

use hammer_data::{Template, VariesBy};

use crate::packet::MAX_STRING_BYTES;
use crate::packet::property::{PublishProperties, PublishProperty};
use crate::packet::publish::{MessageTemplate, check_topic};
use crate::template::render_context::{render_text, sample_context};
use crate::template::template_compiler::MqttTemplateCompiler;
use crate::{Error, ErrorKind, MqttBuilder, MqttVersion, Qos};

/// The payload of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MqttPayload {
    /// A template.
    Template(String),
    /// Literal bytes.
    Bytes(Vec<u8>),
    /// The number of bytes, whose content does not matter.
    Size(usize),
}

/// The default size of the payload, in bytes.
const DEFAULT_PAYLOAD_BYTES: usize = 16;

/// The default topic.
const DEFAULT_TOPIC: &str = "hammer/{{client}}";

/// The options for the message.
#[derive(Debug, Default)]
pub(super) struct MessageOptions {
    topic: Option<String>,
    pub(super) qos: Qos,
    /// `None` for the default size.
    payload: Option<MqttPayload>,
    retain: bool,
    alias: bool,
    properties: Vec<PublishProperty<Vec<u8>>>,
}

impl MessageOptions {
    /// Compiles the topic, or `given` in its place.
    pub(super) fn topic_or(
        &self,
        compiler: &MqttTemplateCompiler,
        given: Option<&str>,
    ) -> Result<Template, Error> {
        match (given, &self.topic) {
            (Some(filter), _) => compiler.compile("filter", filter),
            (None, Some(topic)) => compiler.compile("topic", topic),
            (None, None) => MqttTemplateCompiler::compile_builtin(DEFAULT_TOPIC),
        }
    }

    /// Compiles the message, whose payload comes after `header_bytes`.
    pub(super) fn message_template(
        self,
        compiler: &MqttTemplateCompiler,
        version: MqttVersion,
        header_bytes: usize,
    ) -> Result<MessageTemplate, Error> {
        let topic = self.topic_or(compiler, None)?;
        check_topic_template(&topic, "topic")?;
        if version == MqttVersion::V3 && !self.properties.is_empty() {
            let message = "message properties require MQTT 5";
            return Err(Error::new(ErrorKind::Combination, message));
        }
        let properties = self.properties.iter().map(|property| {
            property.try_map(|name, bytes| {
                let template = compiler.compile_bytes(name, bytes)?;
                match name {
                    "response topic" => check_topic_template(&template, name)?,
                    _ => check_text_length(&template, name)?,
                }
                Ok::<_, Error>(template)
            })
        });
        let properties = PublishProperties::new(properties.collect::<Result<_, _>>()?);
        let payload = match self
            .payload
            .unwrap_or(MqttPayload::Size(header_bytes.max(DEFAULT_PAYLOAD_BYTES)))
        {
            MqttPayload::Template(text) => compiler.compile("payload", &text)?,
            MqttPayload::Bytes(bytes) => Template::from_literal(bytes),
            MqttPayload::Size(size) => {
                let rest = size.checked_sub(header_bytes).ok_or_else(|| {
                    let message = format!(
                        "the payload of {size} bytes is too small: measuring delivery needs \
                         {header_bytes}"
                    );
                    Error::new(ErrorKind::Combination, message)
                })?;
                Template::from_literal(vec![b'x'; rest])
            }
        };
        let max_bytes = payload
            .max_bytes()
            .unwrap_or(0)
            .saturating_add(header_bytes);
        if max_bytes > 256 * 1024 * 1024 - 128 * 1024 {
            let message = "the payload exceeds the largest MQTT packet (256 MB)";
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

    /// Returns true if messages use a topic alias.
    pub(super) fn topic_alias(
        &self,
        compiler: &MqttTemplateCompiler,
        version: MqttVersion,
    ) -> Result<bool, Error> {
        let combination = |message| Err(Error::new(ErrorKind::Combination, message));
        // Slots share clients, so a topic that varies by slot varies by message too.
        let differs =
            |topic: &Template| [VariesBy::Hit, VariesBy::Slot].map(|per| topic.depends_on(per));
        match self.alias {
            true if version == MqttVersion::V3 => combination("topic aliases require MQTT 5"),
            true if differs(&self.topic_or(compiler, None)?).contains(&true) => combination(
                "a topic alias requires one topic per client (try a topic without variables that \
                 differ by message, such as {{seq}} and {{hit}})",
            ),
            alias => Ok(alias),
        }
    }
}

/// Checks a topic to publish to, as far as a sample shows it.
pub(super) fn check_topic_template(topic: &Template, name: &str) -> Result<(), Error> {
    // A template without a value before the run, such as a token, is checked when it is sent.
    let valid = render_text(topic, &mut sample_context())
        .map_or(true, |sample| check_topic(sample.as_bytes()).is_ok());
    if valid && topic.max_bytes().unwrap_or(0) <= MAX_STRING_BYTES {
        return Ok(());
    }
    let message = format!(
        "invalid {name} {:?}; expected 1 to 65,535 bytes without + # and NUL",
        topic.source()
    );
    Err(Error::new(ErrorKind::Topic, message))
}

/// Checks that a template fits in a string of MQTT.
pub(super) fn check_text_length(text: &Template, name: &str) -> Result<(), Error> {
    if text.max_bytes().unwrap_or(0) <= MAX_STRING_BYTES {
        return Ok(());
    }
    let message = format!("the {name} is longer than 65,535 bytes");
    Err(Error::new(ErrorKind::Setting, message))
}

impl MqttBuilder {
    /// Sets the topic, a template.
    pub fn topic(mut self, template: impl Into<String>) -> Self {
        self.message.topic = Some(template.into());
        self
    }

    /// Sets the payload of messages.
    pub fn payload(mut self, payload: MqttPayload) -> Self {
        self.message.payload = Some(payload);
        self
    }

    /// Sets the QoS of messages and subscriptions.
    pub fn qos(mut self, qos: Qos) -> Self {
        self.message.qos = qos;
        self
    }

    /// Sets whether the broker keeps the last message of each topic.
    pub fn retain(mut self, yes: bool) -> Self {
        self.message.retain = yes;
        self
    }

    /// Sends the topic once per connection and then its alias. The broker must allow aliases.
    pub fn topic_alias(mut self, yes: bool) -> Self {
        self.message.alias = yes;
        self
    }

    /// Sets the seconds after which the broker drops an undelivered message.
    pub fn message_expiry(self, seconds: u32) -> Self {
        self.with_property(PublishProperty::Expiry(seconds))
    }

    /// Sets the content type of the payload, a template.
    pub fn content_type(self, text: &str) -> Self {
        self.with_property(PublishProperty::ContentType(text.into()))
    }

    /// Sets the topic for responses, a template.
    pub fn response_topic(self, topic: &str) -> Self {
        self.with_property(PublishProperty::ResponseTopic(topic.into()))
    }

    /// Sets the data that correlates a response; a template if it is UTF-8.
    pub fn correlation_data(self, data: &[u8]) -> Self {
        self.with_property(PublishProperty::CorrelationData(data.into()))
    }

    /// Adds a user property; name and value are templates. A name can be used several times.
    pub fn user_property(self, name: &str, value: &str) -> Self {
        self.with_property(PublishProperty::User(name.into(), value.into()))
    }

    fn with_property(mut self, property: PublishProperty<Vec<u8>>) -> Self {
        self.message.properties.push(property);
        self
    }
}
