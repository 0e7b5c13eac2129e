//! Options for the kind of hit and its measurement.

use hammer_data::{Template, TemplatePart};

use super::is_acknowledged;
use super::message_options::MessageOptions;
use crate::config::MqttCompletionEvent;
use crate::load::delivery::DeliverySubscriberConfig;
use crate::packet::subscribe::is_valid_filter;
use crate::template::render_context::{render_text, sample_context};
use crate::template::template_compiler::MqttTemplateCompiler;
use crate::{Error, ErrorKind, MqttBuilder, Qos};

/// The kind of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MqttMode {
    /// A message: PUBLISH and its acknowledgment.
    #[default]
    Publish,
    /// A connection: CONNECT, CONNACK and DISCONNECT.
    Connect,
    /// A subscription: SUBSCRIBE and SUBACK.
    Subscribe,
    /// A ping: PINGREQ and PINGRESP.
    Ping,
}

/// The options for the kind of hit and its measurement.
#[derive(Debug)]
pub(super) struct HitMeasurementOptions {
    pub(super) mode: MqttMode,
    completion: Option<MqttCompletionEvent>,
    pub(super) window: u16,
    pub(super) wait_for_window: bool,
    pub(super) require_subscribers: bool,
    subscribers: Option<usize>,
    filter: Option<String>,
    share_group: Option<String>,
}

impl Default for HitMeasurementOptions {
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

impl HitMeasurementOptions {
    /// Returns the event at which a hit is done.
    pub(super) fn completion(&self, qos: Qos) -> Result<MqttCompletionEvent, Error> {
        if self.window == 0 {
            return Err(Error::new(ErrorKind::Setting, "the window must be above 0"));
        }
        if self.mode != MqttMode::Publish {
            return match self.completion {
                None | Some(MqttCompletionEvent::Ack) => Ok(MqttCompletionEvent::Ack),
                Some(_) => combination_error("a completion event requires the mode \"publish\""),
            };
        }
        match self.completion {
            None if is_acknowledged(qos) => Ok(MqttCompletionEvent::Ack),
            None => Ok(MqttCompletionEvent::Sent),
            Some(MqttCompletionEvent::Ack) if !is_acknowledged(qos) => combination_error(
                "\"ack\" cannot be combined with QoS 0 (try \"sent\", \"delivery\" or QoS 1)",
            ),
            Some(MqttCompletionEvent::Sent) if is_acknowledged(qos) => {
                combination_error("\"sent\" cannot be combined with QoS 1 or 2 (try \"ack\")")
            }
            Some(completion) => Ok(completion),
        }
    }

    /// Returns the subscribers, if delivery is measured.
    pub(super) fn delivery_config(
        &self,
        completion: MqttCompletionEvent,
        message_options: &MessageOptions,
        compiler: &MqttTemplateCompiler,
        run: u32,
    ) -> Result<Option<DeliverySubscriberConfig>, Error> {
        if completion != MqttCompletionEvent::Delivery {
            if self.subscribers.is_some() || self.share_group.is_some() {
                return combination_error("subscribers require the completion event \"delivery\"");
            }
            return Ok(None);
        }
        let subscribers = self.subscribers.unwrap_or(1);
        if subscribers == 0 || subscribers > 100_000 {
            let message = "expected 1 to 100,000 subscribers";
            return Err(Error::new(ErrorKind::Setting, message));
        }
        let filter = match &self.filter {
            Some(filter) => filter.clone(),
            None => wildcard_filter(&message_options.topic_or(compiler, None)?),
        };
        let filter = match &self.share_group {
            Some(group) if group.is_empty() || group.contains(['/', '+', '#']) => {
                let message =
                    format!("invalid group name {group:?}; expected a name without / + and #");
                return Err(Error::new(ErrorKind::Setting, message));
            }
            Some(group) => format!("$share/{group}/{filter}"),
            None => filter,
        };
        check_filter(&filter)?;
        Ok(Some(DeliverySubscriberConfig {
            subscribers,
            filter,
            group: self.share_group.clone(),
            qos: message_options.qos,
            run,
        }))
    }

    /// Returns the filter of SUBSCRIBE, if a hit is a subscription.
    pub(super) fn subscribe_filter(
        &self,
        message_options: &MessageOptions,
        compiler: &MqttTemplateCompiler,
    ) -> Result<Template, Error> {
        let filter = message_options.topic_or(compiler, self.filter.as_deref())?;
        if self.mode == MqttMode::Subscribe
            && let Ok(sample) = render_text(&filter, &mut sample_context())
        {
            check_filter(&sample)?;
        }
        Ok(filter)
    }
}

/// Returns a topic with `+` in place of each level that has a variable.
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
        "invalid filter {filter:?}; expected + and # as whole levels, and # last, as in a/+/#"
    );
    Err(Error::new(ErrorKind::Topic, message))
}

impl MqttBuilder {
    /// Sets the kind of a hit.
    pub fn mode(mut self, mode: MqttMode) -> Self {
        self.measuring.mode = mode;
        self
    }

    /// Sets the event at which a message is done. By default it is the acknowledgment, and at QoS
    /// 0 the sending.
    pub fn completion(mut self, completion: MqttCompletionEvent) -> Self {
        self.measuring.completion = Some(completion);
        self
    }

    /// Sets the maximum number of unacknowledged messages of a client. The broker's receive maximum
    /// is a further limit.
    ///
    /// A run in which many hits wait for this limit, and not for the broker's, is suspect.
    pub fn window(mut self, messages: u16) -> Self {
        self.measuring.window = messages;
        self
    }

    /// Sets whether a hit waits (true, the default) or fails while the window of its client is
    /// full. The wait is a phase in the report.
    pub fn wait_for_window(mut self, yes: bool) -> Self {
        self.measuring.wait_for_window = yes;
        self
    }

    /// Sets whether a message without a subscriber counts as rejected. It needs version 5 and a
    /// broker that reports it.
    pub fn require_subscribers(mut self, yes: bool) -> Self {
        self.measuring.require_subscribers = yes;
        self
    }

    /// Sets the number of subscribers if delivery is measured. A message is done when all of them
    /// have it.
    pub fn subscribers(mut self, subscribers: usize) -> Self {
        self.measuring.subscribers = Some(subscribers);
        self
    }

    /// Sets the filter of subscribers. By default it is the topic with `+` in place of each level
    /// that has a variable. If a hit is a subscription, the filter is a template.
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.measuring.filter = Some(filter.into());
        self
    }

    /// Makes the subscribers a group that shares a subscription: each message goes to one of them.
    pub fn share_group(mut self, group: impl Into<String>) -> Self {
        self.measuring.share_group = Some(group.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_with_variables_become_wildcards() {
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
