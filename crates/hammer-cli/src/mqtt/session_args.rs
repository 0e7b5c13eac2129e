//! Flags for MQTT sessions: version, identity and will.

use clap::Args;
use hammer_mqtt::{MqttBuilder, MqttVersion, Qos};

use super::check_template;
use super::message_args::{QosArg, parse_qos};

/// Flags for sessions: version, identity and will.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sessions")]
#[group(skip)]
pub(super) struct MqttClientArgs {
    /// MQTT version: 3.1.1 or 5 [default: 3.1.1]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    mqtt: Option<MqttVersion>,
    /// Disable settings that an MQTT 5 broker reports as unsupported
    #[arg(long)]
    downgrade: bool,
    /// User and password [default: from the URL]
    #[arg(short = 'u', long, value_name = "USER[:PASSWORD]")]
    user: Option<String>,
    /// Client ID, with {{client}} for several clients [default: unique to the run]
    #[arg(long, value_name = "TEMPLATE", value_parser = client_id)]
    client_id: Option<String>,
    /// Resume the clients' sessions on the broker
    #[arg(long)]
    keep_session: bool,
    /// Session expiry interval after a disconnect (MQTT 5)
    #[arg(long, value_name = "SECONDS")]
    session_expiry: Option<u32>,
    /// Keep messages in flight when a connection is lost, and resend them
    #[arg(long)]
    resend: bool,
    /// Keep-alive interval; 0 disables it [default: 60]
    #[arg(long, value_name = "SECONDS")]
    keep_alive: Option<u16>,
    /// Topic of the will that the broker publishes for a lost client
    #[arg(long, value_name = "TOPIC", value_parser = will)]
    will_topic: Option<String>,
    /// Payload of the will
    #[arg(
        long,
        value_name = "TEXT",
        requires = "will_topic",
        allow_hyphen_values = true
    )]
    will_data: Option<String>,
    /// QoS of the will: 0, 1 or 2
    #[arg(long, value_name = "QOS", requires = "will_topic", value_parser = parse_qos)]
    will_qos: Option<QosArg>,
    /// Set the retain flag of the will
    #[arg(long, requires = "will_topic")]
    will_retain: bool,
}

impl MqttClientArgs {
    pub(super) fn apply(self, mut mqtt: MqttBuilder) -> MqttBuilder {
        mqtt = mqtt
            .version(self.mqtt.unwrap_or_default())
            .clean_start(!self.keep_session)
            .downgrade(self.downgrade)
            .resend(self.resend);
        if let Some(user) = self.user {
            mqtt = match user.split_once(':') {
                Some((user, password)) => mqtt.user(user).password(password),
                None => mqtt.user(user),
            };
        }
        if let Some(id) = self.client_id {
            mqtt = mqtt.client_id(id);
        }
        if let Some(seconds) = self.session_expiry {
            mqtt = mqtt.session_expiry(seconds);
        }
        if let Some(seconds) = self.keep_alive {
            mqtt = mqtt.keep_alive(seconds);
        }
        if let Some(topic) = self.will_topic {
            let qos = self.will_qos.map_or(Qos::AtMostOnce, |qos| qos.0);
            mqtt = mqtt.will(
                topic,
                self.will_data.unwrap_or_default(),
                qos,
                self.will_retain,
            );
        }
        mqtt
    }
}

fn version(text: &str) -> Result<MqttVersion, String> {
    match text {
        "3.1.1" | "3" | "4" => Ok(MqttVersion::V3),
        "5" | "5.0" => Ok(MqttVersion::V5),
        _ => Err("unknown MQTT version; expected 3.1.1 or 5".into()),
    }
}

fn client_id(text: &str) -> Result<String, String> {
    check_template(text, |mqtt| mqtt.client_id(text)).map(|()| text.into())
}

fn will(topic: &str) -> Result<String, String> {
    let will = |mqtt: MqttBuilder| mqtt.will(topic, "", Qos::AtMostOnce, false);
    check_template(topic, will).map(|()| topic.into())
}
