use clap::Args;
use hammer_mqtt::{MqttBuilder, Payload, Qos};

use super::{check, nowhere};
use crate::Body;

/// What each hit publishes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Messages")]
#[group(skip)]
pub(super) struct MessageArgs {
    /// Where messages go: {{client}}, {{seq}} and {{hit}} are numbers [default: hammer/{{client}}]
    #[arg(long, value_name = "TEMPLATE", value_parser = topic)]
    pub(super) topic: Option<String>,
    /// What messages carry; a text may have variables as the topic has
    #[arg(
        short = 'd',
        long,
        visible_alias = "payload",
        value_name = "TEXT|@FILE"
    )]
    #[arg(value_parser = data, allow_hyphen_values = true, conflicts_with = "size")]
    data: Option<Payload>,
    /// How many bytes messages carry [default: 16, or 32 where delivery is measured]
    #[arg(long, value_name = "BYTES")]
    size: Option<usize>,
    /// Level: 0, 1 or 2; of subscriptions too [default: 0]
    #[arg(long, value_name = "QOS", value_parser = level)]
    qos: Option<Level>,
    /// Have the broker keep the last message of each topic
    #[arg(long)]
    retain: bool,
}

impl MessageArgs {
    /// Messages that carry this.
    pub(super) fn carrying(body: Option<Body>) -> Self {
        Self {
            data: body.map(|body| Payload::Bytes(body.into_bytes())),
            ..Self::default()
        }
    }

    pub(super) fn topic(&self) -> &str {
        self.topic.as_deref().unwrap_or("hammer/{{client}}")
    }

    pub(super) fn qos(&self) -> u8 {
        match self.qos.map(|level| level.0) {
            None | Some(Qos::AtMostOnce) => 0,
            Some(Qos::AtLeastOnce) => 1,
            Some(Qos::ExactlyOnce) => 2,
        }
    }

    pub(super) fn apply(self, mut mqtt: MqttBuilder) -> MqttBuilder {
        mqtt = mqtt.topic(self.topic()).retain(self.retain);
        if let Some(size) = self.size {
            mqtt = mqtt.payload(Payload::Size(size));
        }
        if let Some(data) = self.data {
            mqtt = mqtt.payload(data);
        }
        match self.qos {
            Some(level) => mqtt.qos(level.0),
            None => mqtt,
        }
    }
}

/// A quality of service, as a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level(pub(super) Qos);

pub(super) fn level(text: &str) -> Result<Level, String> {
    match text {
        "0" => Ok(Level(Qos::AtMostOnce)),
        "1" => Ok(Level(Qos::AtLeastOnce)),
        "2" => Ok(Level(Qos::ExactlyOnce)),
        _ => Err("is no quality of service; right would be 0, 1 or 2".into()),
    }
}

fn topic(text: &str) -> Result<String, String> {
    check(nowhere().topic(text)).map(|()| text.into())
}

/// A file is sent as it is, and a text with its variables replaced.
fn data(text: &str) -> Result<Payload, String> {
    let payload = match text.strip_prefix('@') {
        Some(_) => Payload::Bytes(text.parse::<Body>()?.into_bytes()),
        None => Payload::Template(text.into()),
    };
    check(nowhere().payload(payload.clone())).map(|()| payload)
}
