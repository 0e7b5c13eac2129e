//! Flags for the kind of MQTT hit and the end of its measurement.

use clap::{Args, ValueEnum};
use hammer_mqtt::{MqttBuilder, MqttCompletionEvent, MqttMode};

use super::message_args::MqttMessageArgs;
use crate::parsers::count;

/// Flags for the kind of hit and the point at which it is done.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Measuring")]
#[group(skip)]
pub(super) struct MqttMeasureArgs {
    /// Kind of hit [default: publish]
    #[arg(long, value_name = "MODE")]
    mode: Option<MqttHitKindArg>,
    /// Event that completes a published message [default: ack, or sent at QoS 0]
    #[arg(long, value_name = "EVENT")]
    measure: Option<CompletionPointArg>,
    /// Maximum unacknowledged messages per client [default: set by the broker]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    window: Option<u16>,
    /// Action when the window is full [default: wait]
    #[arg(long, value_name = "ACTION")]
    window_full: Option<FullWindowActionArg>,
    /// Count a message without a subscriber as rejected (MQTT 5)
    #[arg(long)]
    require_subscribers: bool,
    /// Number of subscribers for --measure delivery [default: 1]
    #[arg(long, value_name = "COUNT", value_parser = count::parse)]
    subscribers: Option<u64>,
    /// Topic filter to subscribe to [default: the topic, with + for variables]
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// Group name for a shared subscription of the subscribers
    #[arg(long, value_name = "GROUP")]
    share: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MqttHitKindArg {
    /// Publish a message.
    Publish,
    /// Open a connection and close it.
    Connect,
    /// Subscribe to a topic.
    Subscribe,
    /// Send a ping.
    Ping,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CompletionPointArg {
    /// The broker acknowledges the message.
    Ack,
    /// The operating system accepts the message.
    Sent,
    /// The subscribers of this process receive the message.
    Delivery,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FullWindowActionArg {
    /// Wait; the wait is part of the response time.
    Wait,
    /// Fail.
    Fail,
}

impl MqttMeasureArgs {
    /// Describes a hit for the dry run.
    pub(super) fn describe_hit(&self, message: &MqttMessageArgs) -> String {
        let (topic, qos) = (message.topic(), message.qos());
        match self.mode.unwrap_or(MqttHitKindArg::Publish) {
            MqttHitKindArg::Publish => format!("publish to {topic}, QoS {qos},"),
            MqttHitKindArg::Connect => "connect".to_owned(),
            MqttHitKindArg::Subscribe => {
                format!("subscribe to {}", self.filter.as_deref().unwrap_or(topic))
            }
            MqttHitKindArg::Ping => "ping".to_owned(),
        }
    }

    pub(super) fn apply(self, mut mqtt: MqttBuilder) -> MqttBuilder {
        mqtt = mqtt.require_subscribers(self.require_subscribers);
        if let Some(mode) = self.mode {
            mqtt = mqtt.mode(match mode {
                MqttHitKindArg::Publish => MqttMode::Publish,
                MqttHitKindArg::Connect => MqttMode::Connect,
                MqttHitKindArg::Subscribe => MqttMode::Subscribe,
                MqttHitKindArg::Ping => MqttMode::Ping,
            });
        }
        if let Some(measure) = self.measure {
            mqtt = mqtt.completion(match measure {
                CompletionPointArg::Ack => MqttCompletionEvent::Ack,
                CompletionPointArg::Sent => MqttCompletionEvent::Sent,
                CompletionPointArg::Delivery => MqttCompletionEvent::Delivery,
            });
        }
        if let Some(window) = self.window {
            mqtt = mqtt.window(window);
        }
        if let Some(action) = self.window_full {
            mqtt = mqtt.wait_for_window(matches!(action, FullWindowActionArg::Wait));
        }
        if let Some(subscribers) = self.subscribers {
            mqtt = mqtt.subscribers(usize::try_from(subscribers).unwrap_or(usize::MAX));
        }
        if let Some(filter) = self.filter {
            mqtt = mqtt.filter(filter);
        }
        match self.share {
            Some(group) => mqtt.share_group(group),
            None => mqtt,
        }
    }
}
