//! What the builder is told about what a hit is, and when it is done.

use super::is_acknowledged;
use super::message::MessageOptions;
use hammer_data::{Template, TemplatePart};

use crate::config::MqttCompletion;
use crate::delivery::DeliveryConfig;
use crate::packet::subscribe::is_valid_filter;
use crate::render_context::{render_text, sample_context};
use crate::template_compiler::MqttTemplateCompiler;
use crate::{Error, ErrorKind, MqttBuilder, Qos};

/// What one hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MqttMode {
    /// A message.
    #[default]
    Publish,
    /// A connection, from opening it to its end: CONNECT, CONNACK, DISCONNECT.
    Connect,
    /// A subscription: SUBSCRIBE, SUBACK.
    Subscribe,
    /// A PINGREQ and its answer.
    Ping,
}

/// How hits are measured.
#[derive(Debug)]
pub(super) struct MeasureOptions {
    pub(super) mode: MqttMode,
    completion: Option<MqttCompletion>,
    pub(super) window: u16,
    pub(super) wait_for_window: bool,
    pub(super) require_subscribers: bool,
    subscribers: Option<usize>,
    filter: Option<String>,
    share_group: Option<String>,
}

impl Default for MeasureOptions {
    fn default() -> Self {
        Self {
            mode: MqttMode::default(),
            completion: None,
            window: u16::MAX,
            wait_for_window: true,
            require_subscribers: false,
            subscribers: None,
            filter: None,
            share_group: None,
        }
    }
}

fn combination_error<T>(message: &str) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Combination, message))
}

impl MeasureOptions {
    /// When a hit is done.
    pub(super) fn completion(&self, qos: Qos) -> Result<MqttCompletion, Error> {
        if self.window == 0 {
            return Err(Error::new(
                ErrorKind::Setting,
                "a window of 0 lets nothing through",
            ));
        }
        if self.mode != MqttMode::Publish {
            return match self.completion {
                None | Some(MqttCompletion::Ack) => Ok(MqttCompletion::Ack),
                Some(_) => combination_error("what is measured can be chosen for messages only"),
            };
        }
        match self.completion {
            None if is_acknowledged(qos) => Ok(MqttCompletion::Ack),
            None => Ok(MqttCompletion::Sent),
            Some(MqttCompletion::Ack) if !is_acknowledged(qos) => combination_error(
                "at QoS 0 there is no acknowledgement: measure what was sent or delivered, or \
                 publish at QoS 1",
            ),
            Some(MqttCompletion::Sent) if is_acknowledged(qos) => combination_error(
                "at QoS 1 and 2 there is an acknowledgement, which tells more than that a message \
                 was sent",
            ),
            Some(measure) => Ok(measure),
        }
    }

    /// Who gets what is published, where that is measured.
    pub(super) fn delivery_config(
        &self,
        measure: MqttCompletion,
        sending: &MessageOptions,
        texts: &MqttTemplateCompiler,
        run: u32,
    ) -> Result<Option<DeliveryConfig>, Error> {
        if measure != MqttCompletion::Delivery {
            if self.subscribers.is_some() || self.share_group.is_some() {
                return combination_error("there are subscribers only where delivery is measured");
            }
            return Ok(None);
        }
        let subscribers = self.subscribers.unwrap_or(1);
        if subscribers == 0 || subscribers > 100_000 {
            let message = "there must be 1 to 100,000 subscribers";
            return Err(Error::new(ErrorKind::Setting, message));
        }
        let filter = match &self.filter {
            Some(filter) => filter.clone(),
            None => wildcard_filter(&sending.topic_or(texts, None)?),
        };
        let filter = match &self.share_group {
            Some(group) if group.is_empty() || group.contains(['/', '+', '#']) => {
                let message = format!("{group:?} is no name of a group: it has no / + or #");
                return Err(Error::new(ErrorKind::Setting, message));
            }
            Some(group) => format!("$share/{group}/{filter}"),
            None => filter,
        };
        check_filter(&filter)?;
        let shared = self.share_group.is_some();
        Ok(Some(DeliveryConfig {
            subscribers,
            filter,
            shared,
            run,
        }))
    }

    /// What SUBSCRIBE asks for, where that is the hit.
    pub(super) fn subscribe_filter(
        &self,
        sending: &MessageOptions,
        texts: &MqttTemplateCompiler,
    ) -> Result<Template, Error> {
        let filter = sending.topic_or(texts, self.filter.as_deref())?;
        if self.mode == MqttMode::Subscribe
            && let Ok(sample) = render_text(&filter, &mut sample_context())
        {
            check_filter(&sample)?;
        }
        Ok(filter)
    }
}

/// A topic with a `+` for each level that has a variable.
fn wildcard_filter(topic: &Template) -> String {
    const MARK: char = '\u{1}';
    let marked = topic.parts().map(|part| match part {
        TemplatePart::Literal(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        TemplatePart::Variable { .. } => MARK.to_string(),
    });
    let marked: String = marked.collect();
    let level = |level| match str::contains(level, MARK) {
        true => "+",
        false => level,
    };
    marked.split('/').map(level).collect::<Vec<_>>().join("/")
}

fn check_filter(filter: &str) -> Result<(), Error> {
    if is_valid_filter(filter) {
        return Ok(());
    }
    let message = format!(
        "the filter {filter:?}: + and # stand for whole levels, and # for the last ones, as in a/+/#"
    );
    Err(Error::new(ErrorKind::Topic, message))
}

impl MqttBuilder {
    /// What one hit is.
    pub fn mode(mut self, mode: MqttMode) -> Self {
        self.measuring.mode = mode;
        self
    }

    /// When a message is done; unless set, when it is acknowledged, and at QoS 0 when it is sent.
    pub fn completion(mut self, measure: MqttCompletion) -> Self {
        self.measuring.completion = Some(measure);
        self
    }

    /// How many messages of a client may be without acknowledgement; never more than the broker's
    /// receive maximum.
    pub fn window(mut self, messages: u16) -> Self {
        self.measuring.window = messages;
        self
    }

    /// Whether a hit waits while the window of its client is full (a step of its own in the
    /// report), or fails. It waits unless set.
    pub fn wait_for_window(mut self, yes: bool) -> Self {
        self.measuring.wait_for_window = yes;
        self
    }

    /// Whether a message without a subscriber is rejected; the broker tells with version 5.
    pub fn require_subscribers(mut self, yes: bool) -> Self {
        self.measuring.require_subscribers = yes;
        self
    }

    /// How many subscribers there are where delivery is measured: a message is done when all of
    /// them have it.
    pub fn subscribers(mut self, subscribers: usize) -> Self {
        self.measuring.subscribers = Some(subscribers);
        self
    }

    /// What subscribers subscribe to; unless set, the topic with a `+` for each level that has a
    /// variable. Where subscribing is the hit, a template.
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.measuring.filter = Some(filter.into());
        self
    }

    /// Subscribers share a subscription as a group of this name: each message goes to one of them.
    pub fn share_group(mut self, group: impl Into<String>) -> Self {
        self.measuring.share_group = Some(group.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_with_variables_are_open() {
        for (topic, filter) in [
            ("a/b", "a/b"),
            ("devices/{{client}}/state", "devices/+/state"),
            ("{{ client }}{{seq}}", "+"),
            ("a{{hit}}/x{{client}}y/z", "+/+/z"),
            ("{{pick a/b c}}/z", "+/z"),
        ] {
            let topic = MqttTemplateCompiler::compile_builtin(topic).expect("well formed");
            assert_eq!(wildcard_filter(&topic), filter);
        }
    }
}
