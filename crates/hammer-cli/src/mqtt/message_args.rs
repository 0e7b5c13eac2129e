//! Flags for MQTT messages.

use clap::Args;
use hammer_mqtt::{MqttBuilder, MqttPayload, Qos};

use super::check_template;
use crate::PayloadArg;

/// Flags for messages.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Messages")]
#[group(skip)]
pub(super) struct MqttMessageArgs {
    /// Topic, with variables such as {{seq}} [default: hammer/{{client}}]
    #[arg(long, value_name = "TEMPLATE", value_parser = topic)]
    pub(super) topic: Option<String>,
    /// Payload, with variables such as {{uuid}}
    #[arg(
        short = 'd',
        long,
        visible_alias = "payload",
        value_name = "TEXT|@FILE"
    )]
    #[arg(value_parser = data, allow_hyphen_values = true, conflicts_with = "size")]
    data: Option<MqttPayload>,
    /// Payload size, up to 200 MiB [default: 16, or 32 with --measure delivery]
    #[arg(long, value_name = "BYTES", value_parser = payload_size)]
    size: Option<usize>,
    /// QoS of messages and subscriptions: 0, 1 or 2 [default: 0]
    #[arg(long, value_name = "QOS", value_parser = parse_qos)]
    qos: Option<QosArg>,
    /// Set the retain flag of messages
    #[arg(long)]
    retain: bool,
}

/// Maximum size of a payload. A packet has up to 256 MiB, with its topic and its properties.
const MAX_PAYLOAD_BYTES: usize = 200 << 20;

fn payload_size(text: &str) -> Result<usize, String> {
    let size = text.parse().ok().filter(|size| *size <= MAX_PAYLOAD_BYTES);
    size.ok_or_else(|| format!("expected a number of bytes from 0 to {MAX_PAYLOAD_BYTES}"))
}

impl MqttMessageArgs {
    /// Messages with this payload.
    pub(super) fn with_payload(body: Option<PayloadArg>) -> Self {
        Self {
            data: body.map(payload),
            ..Self::default()
        }
    }

    pub(super) fn topic(&self) -> &str {
        self.topic.as_deref().unwrap_or("hammer/{{client}}")
    }

    pub(super) fn qos(&self) -> u8 {
        match self.qos.map(|qos| qos.0) {
            None | Some(Qos::AtMostOnce) => 0,
            Some(Qos::AtLeastOnce) => 1,
            Some(Qos::ExactlyOnce) => 2,
        }
    }

    pub(super) fn apply(self, mut mqtt: MqttBuilder) -> MqttBuilder {
        mqtt = mqtt.topic(self.topic()).retain(self.retain);
        if let Some(size) = self.size {
            mqtt = mqtt.payload(MqttPayload::Size(size));
        }
        if let Some(data) = self.data {
            mqtt = mqtt.payload(data);
        }
        match self.qos {
            Some(qos) => mqtt.qos(qos.0),
            None => mqtt,
        }
    }
}

/// A quality of service, given as a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct QosArg(pub(super) Qos);

pub(super) fn parse_qos(text: &str) -> Result<QosArg, String> {
    match text {
        "0" => Ok(QosArg(Qos::AtMostOnce)),
        "1" => Ok(QosArg(Qos::AtLeastOnce)),
        "2" => Ok(QosArg(Qos::ExactlyOnce)),
        _ => Err("expected 0, 1 or 2".into()),
    }
}

fn topic(text: &str) -> Result<String, String> {
    check_template(text, |mqtt| mqtt.topic(text)).map(|()| text.into())
}

/// Text from the command line or a file is a template; other bytes are sent as is.
fn data(text: &str) -> Result<MqttPayload, String> {
    Ok(payload(text.parse()?))
}

fn payload(body: PayloadArg) -> MqttPayload {
    match String::from_utf8(body.into_bytes()) {
        Ok(text) => MqttPayload::Template(text),
        Err(error) => MqttPayload::Bytes(error.into_bytes()),
    }
}
