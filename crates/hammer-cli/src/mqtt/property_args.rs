//! Flags for properties of MQTT 5 messages.

use clap::Args;
use hammer_mqtt::MqttBuilder;

/// Flags for properties of MQTT 5 messages.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "MQTT 5 properties")]
#[group(skip)]
pub(super) struct MqttPropertyArgs {
    /// Message expiry interval
    #[arg(long, value_name = "SECONDS")]
    expiry: Option<u32>,
    /// Content type of the payload
    #[arg(long, value_name = "TEXT")]
    content_type: Option<String>,
    /// Response topic
    #[arg(long, value_name = "TOPIC")]
    response_topic: Option<String>,
    /// Correlation data
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    correlation_data: Option<String>,
    /// User property: 'Name: value'; repeatable
    #[arg(long, value_name = "PROPERTY", value_parser = parse_property)]
    user_property: Vec<(String, String)>,
    /// Send each topic once per connection, then its alias
    #[arg(long)]
    topic_alias: bool,
}

impl MqttPropertyArgs {
    pub(super) fn apply(self, mut mqtt: MqttBuilder) -> MqttBuilder {
        mqtt = mqtt.topic_alias(self.topic_alias);
        if let Some(seconds) = self.expiry {
            mqtt = mqtt.message_expiry(seconds);
        }
        if let Some(text) = self.content_type {
            mqtt = mqtt.content_type(&text);
        }
        if let Some(topic) = self.response_topic {
            mqtt = mqtt.response_topic(&topic);
        }
        if let Some(data) = self.correlation_data {
            mqtt = mqtt.correlation_data(data.as_bytes());
        }
        let pairs = self.user_property.iter();
        pairs.fold(mqtt, |mqtt, (name, value)| mqtt.user_property(name, value))
    }
}

fn parse_property(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected 'Name: value'")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
