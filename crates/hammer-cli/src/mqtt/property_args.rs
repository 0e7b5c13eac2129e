use clap::Args;
use hammer_mqtt::MqttBuilder;

/// What MQTT 5 lets messages say besides.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Properties of MQTT 5")]
#[group(skip)]
pub(super) struct MqttPropertyArgs {
    /// Seconds after which the broker forgets a message that it could not deliver
    #[arg(long, value_name = "SECONDS")]
    expiry: Option<u32>,
    /// What the payload is
    #[arg(long, value_name = "TEXT")]
    content_type: Option<String>,
    /// Where answers should go
    #[arg(long, value_name = "TOPIC")]
    response_topic: Option<String>,
    /// What answers should carry
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    correlation_data: Option<String>,
    /// Property of one's own: 'Name: value'; repeatable
    #[arg(long, value_name = "PROPERTY", value_parser = parse_property)]
    user_property: Vec<(String, String)>,
    /// Send the topic once per connection, and then a number for it
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
    let (name, value) = text
        .split_once(':')
        .ok_or("has no colon; right would be 'Name: value'")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
