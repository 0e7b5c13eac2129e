//! Properties of a PUBLISH (MQTT 5.0, section 3.3.2.3).

use hammer_data::{FeedError, Template};

use super::publish::PublishEncodeError;
use super::{MAX_STRING_BYTES, push_varint};
use crate::template::render_context::MqttRenderContext;

/// A property, with its strings as `T`.
#[derive(Debug, Clone)]
pub(crate) enum PublishProperty<T> {
    Expiry(u32),
    ContentType(T),
    ResponseTopic(T),
    CorrelationData(T),
    User(T, T),
}

/// The property that replaces a topic by a number.
const TOPIC_ALIAS_PROPERTY: u8 = 35;
const TOPIC_ALIAS_NUMBER: u16 = 1;

impl<T> PublishProperty<T> {
    /// Converts the strings; `map` also gets the name of the property for errors.
    pub(crate) fn try_map<U, E>(
        &self,
        mut map: impl FnMut(&'static str, &T) -> Result<U, E>,
    ) -> Result<PublishProperty<U>, E> {
        Ok(match self {
            Self::Expiry(seconds) => PublishProperty::Expiry(*seconds),
            Self::ContentType(text) => PublishProperty::ContentType(map("content type", text)?),
            Self::ResponseTopic(text) => {
                PublishProperty::ResponseTopic(map("response topic", text)?)
            }
            Self::CorrelationData(text) => {
                PublishProperty::CorrelationData(map("correlation data", text)?)
            }
            Self::User(name, value) => {
                PublishProperty::User(map("user property", name)?, map("user property", value)?)
            }
        })
    }

    fn texts(&self) -> impl Iterator<Item = &T> {
        let (first, second) = match self {
            Self::Expiry(_) => (None, None),
            Self::ContentType(text) | Self::ResponseTopic(text) | Self::CorrelationData(text) => {
                (Some(text), None)
            }
            Self::User(name, value) => (Some(name), Some(value)),
        };
        first.into_iter().chain(second)
    }

    fn id(&self) -> u8 {
        match self {
            Self::Expiry(_) => 2,
            Self::ContentType(_) => 3,
            Self::ResponseTopic(_) => 8,
            Self::CorrelationData(_) => 9,
            Self::User(..) => 38,
        }
    }
}

/// All properties of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct PublishProperties {
    all: Box<[PublishProperty<Template>]>,
    /// The encoded properties, if no template has a variable.
    fixed: Option<Vec<u8>>,
}

impl PublishProperties {
    pub(crate) fn new(all: Vec<PublishProperty<Template>>) -> Self {
        let fixed = all.iter().try_fold(vec![], |mut bytes, property| {
            bytes.push(property.id());
            if let PublishProperty::Expiry(seconds) = property {
                bytes.extend_from_slice(&seconds.to_be_bytes());
            }
            for text in property.texts() {
                super::push_length_prefixed(text.literal()?, &mut bytes);
            }
            Some(bytes)
        });
        Self {
            all: all.into_boxed_slice(),
            fixed,
        }
    }

    /// Returns all templates.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.all.iter().flat_map(PublishProperty::texts)
    }

    /// Returns an upper bound of the encoded size, in bytes.
    pub(crate) fn max_bytes(&self) -> usize {
        let texts = self
            .templates()
            .map(|text| 2 + text.max_bytes().unwrap_or(MAX_STRING_BYTES));
        texts.sum::<usize>() + 5 * self.all.len()
    }

    /// Appends the properties after their length, with the topic alias if `aliased`.
    pub(crate) fn encode(
        &self,
        aliased: bool,
        context: &mut MqttRenderContext,
        to: &mut Vec<u8>,
    ) -> Result<(), PublishEncodeError> {
        let alias = |to: &mut Vec<u8>| {
            if aliased {
                to.push(TOPIC_ALIAS_PROPERTY);
                to.extend_from_slice(&TOPIC_ALIAS_NUMBER.to_be_bytes());
            }
        };
        if let Some(fixed) = &self.fixed {
            push_varint(fixed.len() + if aliased { 3 } else { 0 }, to);
            alias(to);
            to.extend_from_slice(fixed);
            return Ok(());
        }
        let start = to.len();
        alias(to);
        for property in &self.all {
            to.push(property.id());
            if let PublishProperty::Expiry(seconds) = property {
                to.extend_from_slice(&seconds.to_be_bytes());
            }
            for text in property.texts() {
                render_length_prefixed(text, context, to)?;
            }
        }
        super::insert_varint(to.len() - start, start, to);
        Ok(())
    }
}

/// Renders a template after its length.
fn render_length_prefixed(
    text: &Template,
    context: &mut MqttRenderContext,
    to: &mut Vec<u8>,
) -> Result<(), PublishEncodeError> {
    to.extend_from_slice(&[0; 2]);
    let start = to.len();
    text.render(context, to).map_err(PublishEncodeError::from)?;
    let length = to.len() - start;
    if length > MAX_STRING_BYTES {
        return Err(PublishEncodeError::TooLarge);
    }
    to[start - 2..start].copy_from_slice(&(length as u16).to_be_bytes());
    Ok(())
}

impl From<FeedError> for PublishEncodeError {
    fn from(error: FeedError) -> Self {
        tracing::debug!(%error, "no value");
        Self::NoValue
    }
}

#[cfg(test)]
mod tests {
    use hammer_data::TemplateScope;

    use super::*;
    use crate::template::render_context;

    #[test]
    fn templates_are_encoded_like_literals() {
        let long = "x".repeat(200);
        let encode = |texts: [&str; 5]| {
            let all = [
                PublishProperty::Expiry(60),
                PublishProperty::ContentType(texts[0]),
                PublishProperty::ResponseTopic(texts[1]),
                PublishProperty::CorrelationData(texts[2]),
                PublishProperty::User(texts[3], texts[4]),
            ];
            let scope = TemplateScope::new().with_clients();
            let compiled = all
                .iter()
                .map(|property| property.try_map(|_, text| Template::compile(text, &scope)));
            let properties =
                PublishProperties::new(compiled.collect::<Result<_, _>>().expect("well formed"));
            let mut context = render_context::sample_context().with_client(7, 0);
            let mut bytes = b"before".to_vec();
            properties
                .encode(true, &mut context, &mut bytes)
                .expect("it fits");
            assert!(properties.max_bytes() + 8 >= bytes.len() - 6);
            bytes
        };
        let fixed = encode(["text/7", "a/7", &long, "n", "7"]);
        let variable = format!("{long}{{{{pick ''}}}}");
        assert_eq!(
            encode([
                "text/{{client}}",
                "a/{{client}}",
                &variable,
                "n",
                "{{client}}"
            ]),
            fixed
        );
        assert_eq!(encode(["text/7", "a/7", &long, "n", "{{client}}"]), fixed);
        assert_ne!(encode(["text/8", "a/7", &long, "n", "7"]), fixed);
    }

    #[test]
    fn strings_over_the_limit_are_refused() {
        let template =
            |text: &str| Template::compile(text, &TemplateScope::new()).expect("well formed");
        for (bytes, fits) in [(65_535, true), (65_536, false)] {
            let all = vec![PublishProperty::ContentType(template(&format!(
                "{{{{text {bytes}}}}}"
            )))];
            let encoded = PublishProperties::new(all).encode(
                false,
                &mut render_context::sample_context(),
                &mut vec![],
            );
            assert_eq!(encoded.is_ok(), fits, "{bytes}");
        }
    }
}
