//! The PUBLISH packet, rendered from templates.

use hammer_data::{Template, TemplatePart};

use super::property::PublishProperties;
use super::{MAX_REMAINING_LENGTH, MAX_STRING_BYTES, MqttVersion, Qos, varint_len, write_varint};
use crate::template::render_context::MqttRenderContext;

/// The message of hits, with templates for the parts that vary.
#[derive(Debug, Clone)]
pub(crate) struct MessageTemplate {
    pub(crate) version: MqttVersion,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    pub(crate) topic: Template,
    pub(crate) payload: Template,
    /// The properties, in version 5 only.
    pub(crate) properties: PublishProperties,
}

/// The use of a topic alias in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TopicAliasUse {
    /// The topic without an alias.
    None,
    /// The topic, with number 1 as its new alias.
    New,
    /// Number 1 in place of the topic.
    Known,
}

/// The fields of a packet that do not come from templates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublishFields<'a> {
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    /// The packet id, except at QoS 0.
    pub(crate) id: Option<u16>,
    pub(crate) alias: TopicAliasUse,
    /// Bytes before the payload.
    pub(crate) header: &'a [u8],
    /// The maximum size of the packet, in bytes.
    pub(crate) max_size: usize,
}

/// The reason that a message was not encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublishEncodeError {
    InvalidTopic,
    TooLarge,
    /// A template has no value for the hit.
    NoValue,
}

impl MessageTemplate {
    /// Returns an upper bound of the bytes of topic, payload and properties, if there is one.
    pub(crate) fn max_bytes(&self) -> Option<usize> {
        let sum = self
            .topic
            .max_bytes()?
            .saturating_add(self.payload.max_bytes()?);
        Some(sum.saturating_add(self.properties.max_bytes()))
    }

    /// Returns all templates.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        [&self.topic, &self.payload]
            .into_iter()
            .chain(self.properties.templates())
    }

    /// Returns a lower bound of the size of packets with the whole topic, in bytes.
    pub(crate) fn min_packet_size(&self, qos: Qos, header_bytes: usize) -> usize {
        let literal_bytes = |template: &Template| {
            let parts = template.parts().map(|part| match part {
                TemplatePart::Literal(bytes) => bytes.len(),
                TemplatePart::Variable { .. } => 0,
            });
            parts.sum::<usize>()
        };
        let id = if qos == Qos::AtMostOnce { 0 } else { 2 };
        // In version 5, the length of the properties has at least one byte.
        let properties = usize::from(self.version == MqttVersion::V5);
        let topic = 2 + literal_bytes(&self.topic);
        let payload = header_bytes + literal_bytes(&self.payload);
        let remaining = topic + id + properties + payload;
        1 + varint_len(remaining) + remaining
    }

    /// Appends the packet and returns its size. Appends nothing if the packet is invalid or too
    /// large.
    pub(crate) fn encode(
        &self,
        context: &mut MqttRenderContext,
        fields: PublishFields<'_>,
        to: &mut Vec<u8>,
    ) -> Result<usize, PublishEncodeError> {
        let start = to.len();
        let encoded = self.try_encode(context, fields, to);
        if encoded.is_err() {
            to.truncate(start);
        }
        encoded
    }

    fn try_encode(
        &self,
        context: &mut MqttRenderContext,
        fields: PublishFields<'_>,
        to: &mut Vec<u8>,
    ) -> Result<usize, PublishEncodeError> {
        let alias = fields.alias;
        let start = to.len();
        // Most messages have a first byte and a length of two bytes.
        const ROOM: usize = 3;
        to.extend_from_slice(&[0; ROOM + 2]);
        let topic = to.len();
        if alias != TopicAliasUse::Known {
            self.topic.render(context, to)?;
            check_topic(&to[topic..])?;
        }
        let length = (to.len() - topic) as u16;
        to[topic - 2..topic].copy_from_slice(&length.to_be_bytes());
        if let Some(id) = fields.id {
            to.extend_from_slice(&id.to_be_bytes());
        }
        if self.version == MqttVersion::V5 {
            self.properties
                .encode(alias != TopicAliasUse::None, context, to)?;
        }
        to.extend_from_slice(fields.header);
        self.payload.render(context, to)?;
        let remaining = to.len() - start - ROOM;
        let digits = varint_len(remaining);
        if remaining > MAX_REMAINING_LENGTH || 1 + digits + remaining > fields.max_size {
            return Err(PublishEncodeError::TooLarge);
        }
        match digits {
            1 => drop(to.remove(start)),
            2 => {}
            _ => {
                to.splice(start..start, (2..digits).map(|_| 0));
            }
        }
        to[start] = 0x30 | fields.qos.bits() << 1 | u8::from(fields.retain);
        write_varint(remaining, &mut to[start + 1..start + 1 + digits]);
        Ok(to.len() - start)
    }
}

/// Checks a topic to publish to (MQTT 5.0, section 4.7).
pub(crate) fn check_topic(topic: &[u8]) -> Result<(), PublishEncodeError> {
    let is_forbidden = |byte: &u8| matches!(byte, b'+' | b'#' | 0);
    match topic {
        [] => Err(PublishEncodeError::InvalidTopic),
        topic if topic.len() > MAX_STRING_BYTES || topic.iter().any(is_forbidden) => {
            Err(PublishEncodeError::InvalidTopic)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use rumqttc::mqttbytes::v4;
    use rumqttc::v5::mqttbytes::v5;

    use super::*;
    use crate::packet::property::PublishProperty;
    use crate::template::render_context;
    use crate::template::template_compiler::MqttTemplateCompiler;

    fn message(version: MqttVersion, qos: Qos, payload: usize) -> MessageTemplate {
        MessageTemplate {
            version,
            qos,
            retain: qos == Qos::AtLeastOnce,
            topic: MqttTemplateCompiler::compile_builtin("devices/{{client}}/state")
                .expect("well formed"),
            payload: Template::from_literal(vec![b'p'; payload]),
            properties: PublishProperties::default(),
        }
    }

    fn fields<'a>(
        message: &MessageTemplate,
        id: Option<u16>,
        alias: TopicAliasUse,
        header: &'a [u8],
        max_size: usize,
    ) -> PublishFields<'a> {
        PublishFields {
            qos: message.qos,
            retain: message.retain,
            id,
            alias,
            header,
            max_size,
        }
    }

    fn context() -> MqttRenderContext {
        render_context::sample_context().with_client(12, 3)
    }

    #[test]
    fn rumqttc_decodes_a_publish() {
        for payload in [0, 1, 90, 100, 110, 16_300, 16_400, 2_097_200] {
            for (qos, id) in [
                (Qos::AtMostOnce, None),
                (Qos::AtLeastOnce, Some(1)),
                (Qos::ExactlyOnce, Some(65_535)),
            ] {
                let mut out = b"before".to_vec();
                let three = message(MqttVersion::V3, qos, payload);
                let size = three.encode(
                    &mut context(),
                    fields(&three, id, TopicAliasUse::None, b"head", usize::MAX),
                    &mut out,
                );
                let mut bytes = BytesMut::from(&out[6..]);
                assert_eq!(size, Ok(bytes.len()));
                let packet = v4::Packet::read(&mut bytes, usize::MAX).expect("valid MQTT");
                let v4::Packet::Publish(read) = packet else {
                    panic!("{packet:?}")
                };
                assert!(bytes.is_empty());
                assert_eq!(read.topic, "devices/12/state");
                assert_eq!(read.payload.len(), 4 + payload);
                assert!(read.payload.starts_with(b"head"));
                assert_eq!((read.qos as u8, read.pkid), (qos.bits(), id.unwrap_or(0)));
                assert_eq!((read.retain, read.dup), (three.retain, false));
            }
        }
    }

    #[test]
    fn rumqttc_decodes_properties_and_aliases() {
        let properties = [
            PublishProperty::Expiry(60),
            PublishProperty::ContentType(&b"text/plain"[..]),
            PublishProperty::ResponseTopic(b"answers/1"),
            PublishProperty::CorrelationData(b"\0\x01"),
            PublishProperty::User(b"a", b"b"),
            PublishProperty::User(b"a", b"c"),
        ];
        let fixed = |property: &PublishProperty<&[u8]>| {
            property.try_map(|_, text| Ok::<_, ()>(Template::from_literal(*text)))
        };
        let properties = properties.iter().map(fixed).collect::<Result<_, _>>();
        let mut five = message(MqttVersion::V5, Qos::AtLeastOnce, 10);
        five.properties = PublishProperties::new(properties.expect("never fails"));
        for (alias, topic, number) in [
            (TopicAliasUse::None, "devices/12/state", None),
            (TopicAliasUse::New, "devices/12/state", Some(1)),
            (TopicAliasUse::Known, "", Some(1)),
        ] {
            let mut out = vec![];
            let size = five.encode(
                &mut context(),
                fields(&five, Some(7), alias, &[], 1_000),
                &mut out,
            );
            assert_eq!(size, Ok(out.len()));
            let mut bytes = BytesMut::from(&out[..]);
            let packet = v5::Packet::read(&mut bytes, None).expect("valid MQTT");
            let v5::Packet::Publish(read) = packet else {
                panic!("{packet:?}")
            };
            assert_eq!((&read.topic[..], read.pkid), (topic.as_bytes(), 7));
            let found = read.properties.expect("properties");
            assert_eq!(found.topic_alias, number);
            assert_eq!(found.message_expiry_interval, Some(60));
            assert_eq!(found.content_type.as_deref(), Some("text/plain"));
            assert_eq!(found.response_topic.as_deref(), Some("answers/1"));
            assert_eq!(found.correlation_data.as_deref(), Some(&b"\0\x01"[..]));
            assert_eq!(found.user_properties.len(), 2);
        }
    }

    #[test]
    fn invalid_packets_are_not_appended() {
        let mut out = b"before".to_vec();
        let large = message(MqttVersion::V3, Qos::AtMostOnce, 100);
        let whole = 1 + 1 + 2 + "devices/12/state".len() + 100;
        for (max_size, fits) in [(whole, true), (whole - 1, false)] {
            out.truncate(6);
            let size = large.encode(
                &mut context(),
                fields(&large, None, TopicAliasUse::None, &[], max_size),
                &mut out,
            );
            assert_eq!(size.is_ok(), fits);
            assert_eq!(out.len(), if fits { 6 + whole } else { 6 });
        }
        for topic in ["", "a/+", "#", "a\0b"] {
            let topic = Template::from_literal(topic);
            let message = MessageTemplate {
                topic,
                ..large.clone()
            };
            let size = message.encode(
                &mut context(),
                fields(&message, None, TopicAliasUse::None, &[], 1_000),
                &mut out,
            );
            assert_eq!(size, Err(PublishEncodeError::InvalidTopic));
        }
    }
}
