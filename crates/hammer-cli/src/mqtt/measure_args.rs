use clap::{Args, ValueEnum};
use hammer_mqtt::{MqttBuilder, MqttCompletion, MqttMode};

use super::message_args::MqttMessageArgs;
use crate::parsers::count;

/// What a hit is, and when it is done.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Measuring")]
#[group(skip)]
pub(super) struct MqttMeasureArgs {
    /// What one hit is [default: publish]
    #[arg(long, value_name = "WHAT")]
    mode: Option<MqttModeArg>,
    /// When a message is done [default: ack, and sent at QoS 0]
    #[arg(long, value_name = "WHEN")]
    measure: Option<CompletionPointArg>,
    /// Messages of a client that may be unacknowledged [default: what the broker allows]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    window: Option<u16>,
    /// What a hit does while the window of its client is full [default: wait]
    #[arg(long, value_name = "WHAT")]
    window_full: Option<WindowFullArg>,
    /// Take it for a rejection that a message has no subscriber; MQTT 5
    #[arg(long)]
    require_subscribers: bool,
    /// Subscribers, where delivery is measured [default: 1]
    #[arg(long, value_name = "COUNT", value_parser = count::parse)]
    subscribers: Option<u64>,
    /// What they subscribe to [default: the topic, with + for variables]
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// They share a subscription as a group of this name
    #[arg(long, value_name = "GROUP")]
    share: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MqttModeArg {
    /// A message.
    Publish,
    /// A connection, from opening it to its end.
    Connect,
    /// A subscription.
    Subscribe,
    /// A ping.
    Ping,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CompletionPointArg {
    /// When the broker has acknowledged it.
    Ack,
    /// When the system has taken it.
    Sent,
    /// When subscribers of this process have it.
    Delivery,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum WindowFullArg {
    /// It waits, and how long is measured.
    Wait,
    /// It fails.
    Fail,
}

impl MqttMeasureArgs {
    /// What one hit does, for a person.
    pub(super) fn describe_hit(&self, message: &MqttMessageArgs) -> String {
        let (topic, qos) = (message.topic(), message.qos());
        match self.mode.unwrap_or(MqttModeArg::Publish) {
            MqttModeArg::Publish => format!("publish to {topic}, QoS {qos},"),
            MqttModeArg::Connect => "connect".to_owned(),
            MqttModeArg::Subscribe => {
                format!("subscribe to {}", self.filter.as_deref().unwrap_or(topic))
            }
            MqttModeArg::Ping => "ping".to_owned(),
        }
    }

    pub(super) fn apply(self, mut mqtt: MqttBuilder) -> MqttBuilder {
        mqtt = mqtt.require_subscribers(self.require_subscribers);
        if let Some(mode) = self.mode {
            mqtt = mqtt.mode(match mode {
                MqttModeArg::Publish => MqttMode::Publish,
                MqttModeArg::Connect => MqttMode::Connect,
                MqttModeArg::Subscribe => MqttMode::Subscribe,
                MqttModeArg::Ping => MqttMode::Ping,
            });
        }
        if let Some(measure) = self.measure {
            mqtt = mqtt.completion(match measure {
                CompletionPointArg::Ack => MqttCompletion::Ack,
                CompletionPointArg::Sent => MqttCompletion::Sent,
                CompletionPointArg::Delivery => MqttCompletion::Delivery,
            });
        }
        if let Some(window) = self.window {
            mqtt = mqtt.window(window);
        }
        if let Some(full) = self.window_full {
            mqtt = mqtt.wait_for_window(matches!(full, WindowFullArg::Wait));
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
