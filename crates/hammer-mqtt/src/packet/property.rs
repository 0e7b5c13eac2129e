//! Properties of a PUBLISH (MQTT 5.0, section 3.3.2.3).

use hammer_data::{FeedError, Template};

use super::publish::Unfit;
use super::{MOST_TEXT, put_length};
use crate::moment::Moment;

/// One property, its texts as `T`.
#[derive(Debug, Clone)]
pub(crate) enum Property<T> {
    Expiry(u32),
    ContentType(T),
    ResponseTopic(T),
    CorrelationData(T),
    User(T, T),
}

/// Names a topic by number.
const TOPIC_ALIAS: u8 = 35;
const THE_ALIAS: u16 = 1;

impl<T> Property<T> {
    /// The same with other texts, each of which is called something.
    pub(crate) fn try_map<U, E>(
        &self,
        mut map: impl FnMut(&'static str, &T) -> Result<U, E>,
    ) -> Result<Property<U>, E> {
        Ok(match self {
            Self::Expiry(seconds) => Property::Expiry(*seconds),
            Self::ContentType(text) => Property::ContentType(map("content type", text)?),
            Self::ResponseTopic(text) => Property::ResponseTopic(map("response topic", text)?),
            Self::CorrelationData(text) => {
                Property::CorrelationData(map("correlation data", text)?)
            }
            Self::User(name, value) => {
                Property::User(map("user property", name)?, map("user property", value)?)
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
pub(crate) struct Properties {
    all: Box<[Property<Template>]>,
    /// Their bytes, if they are always the same.
    fixed: Option<Vec<u8>>,
}

impl Properties {
    pub(crate) fn new(all: Vec<Property<Template>>) -> Self {
        let fixed = all.iter().try_fold(vec![], |mut bytes, property| {
            bytes.push(property.id());
            if let Property::Expiry(seconds) = property {
                bytes.extend_from_slice(&seconds.to_be_bytes());
            }
            for text in property.texts() {
                super::put_bytes(text.literal()?, &mut bytes);
            }
            Some(bytes)
        });
        Self {
            all: all.into_boxed_slice(),
            fixed,
        }
    }

    /// All texts in them.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.all.iter().flat_map(Property::texts)
    }

    /// The most bytes that they have, as far as that is known.
    pub(crate) fn most_bytes(&self) -> usize {
        let texts = self
            .templates()
            .map(|text| 2 + text.most_bytes().unwrap_or(MOST_TEXT));
        texts.sum::<usize>() + 5 * self.all.len()
    }

    /// Appends them with their length, and whether the topic is known by number.
    pub(crate) fn put(
        &self,
        aliased: bool,
        moment: &mut Moment,
        to: &mut Vec<u8>,
    ) -> Result<(), Unfit> {
        let alias = |to: &mut Vec<u8>| {
            if aliased {
                to.push(TOPIC_ALIAS);
                to.extend_from_slice(&THE_ALIAS.to_be_bytes());
            }
        };
        if let Some(fixed) = &self.fixed {
            put_length(fixed.len() + if aliased { 3 } else { 0 }, to);
            alias(to);
            to.extend_from_slice(fixed);
            return Ok(());
        }
        let start = to.len();
        alias(to);
        for property in &self.all {
            to.push(property.id());
            if let Property::Expiry(seconds) = property {
                to.extend_from_slice(&seconds.to_be_bytes());
            }
            for text in property.texts() {
                put_text(text, moment, to)?;
            }
        }
        super::insert_length(to.len() - start, start, to);
        Ok(())
    }
}

/// Appends a text behind its length.
fn put_text(text: &Template, moment: &mut Moment, to: &mut Vec<u8>) -> Result<(), Unfit> {
    to.extend_from_slice(&[0; 2]);
    let start = to.len();
    text.render(moment, to).map_err(Unfit::from)?;
    let length = to.len() - start;
    if length > MOST_TEXT {
        return Err(Unfit::TooLarge);
    }
    to[start - 2..start].copy_from_slice(&(length as u16).to_be_bytes());
    Ok(())
}

impl From<FeedError> for Unfit {
    fn from(error: FeedError) -> Self {
        tracing::debug!(%error, "no value");
        Self::NoValue
    }
}

#[cfg(test)]
mod tests {
    use hammer_data::Words;

    use super::*;
    use crate::moment;

    #[test]
    fn what_differs_is_written_as_what_does_not() {
        let long = "x".repeat(200);
        let written = |texts: [&str; 5]| {
            let all = [
                Property::Expiry(60),
                Property::ContentType(texts[0]),
                Property::ResponseTopic(texts[1]),
                Property::CorrelationData(texts[2]),
                Property::User(texts[3], texts[4]),
            ];
            let words = Words::new().clients();
            let compiled = all
                .iter()
                .map(|property| property.try_map(|_, text| Template::compile(text, &words)));
            let properties =
                Properties::new(compiled.collect::<Result<_, _>>().expect("well formed"));
            let mut moment = moment::sample().client(7, 0);
            let mut bytes = b"before".to_vec();
            properties
                .put(true, &mut moment, &mut bytes)
                .expect("it fits");
            assert!(properties.most_bytes() + 8 >= bytes.len() - 6);
            bytes
        };
        let fixed = written(["text/7", "a/7", &long, "n", "7"]);
        let differing = format!("{long}{{{{pick ''}}}}");
        assert_eq!(
            written([
                "text/{{client}}",
                "a/{{client}}",
                &differing,
                "n",
                "{{client}}"
            ]),
            fixed
        );
        assert_eq!(written(["text/7", "a/7", &long, "n", "{{client}}"]), fixed);
        assert_ne!(written(["text/8", "a/7", &long, "n", "7"]), fixed);
    }

    #[test]
    fn what_is_too_long_for_mqtt_is_not_written() {
        let template = |text: &str| Template::compile(text, &Words::new()).expect("well formed");
        for (bytes, fits) in [(65_535, true), (65_536, false)] {
            let all = vec![Property::ContentType(template(&format!(
                "{{{{text {bytes}}}}}"
            )))];
            let put = Properties::new(all).put(false, &mut moment::sample(), &mut vec![]);
            assert_eq!(put.is_ok(), fits, "{bytes}");
        }
    }
}
