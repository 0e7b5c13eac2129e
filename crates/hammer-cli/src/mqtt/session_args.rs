use clap::Args;
use hammer_mqtt::{MqttBuilder, MqttVersion, Qos};

use super::check_template;
use super::message_args::{QosArg, parse_qos};

/// Who clients say they are.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sessions")]
#[group(skip)]
pub(super) struct MqttSessionArgs {
    /// Version of MQTT: 3.1.1 or 5 [default: 3.1.1]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    mqtt: Option<MqttVersion>,
    /// User and password to log in with, if they are not in the URL
    #[arg(short = 'u', long, value_name = "USER[:PASSWORD]")]
    user: Option<String>,
    /// Client id, with {{client}} where there are several [default: one of this run]
    #[arg(long, value_name = "TEMPLATE", value_parser = client_id)]
    client_id: Option<String>,
    /// Go on with the broker's sessions of these clients
    #[arg(long)]
    keep_session: bool,
    /// How long the broker keeps a session without a connection, in seconds; MQTT 5
    #[arg(long, value_name = "SECONDS")]
    session_expiry: Option<u32>,
    /// Keep messages in flight when their connection is lost, and send them again with the session
    #[arg(long)]
    resend: bool,
    /// Longest silence on a connection, in seconds; 0 for none [default: 60]
    #[arg(long, value_name = "SECONDS")]
    keep_alive: Option<u16>,
    /// Topic of what the broker publishes for a client that is lost
    #[arg(long, value_name = "TOPIC", value_parser = will)]
    will_topic: Option<String>,
    /// What it publishes then
    #[arg(
        long,
        value_name = "TEXT",
        requires = "will_topic",
        allow_hyphen_values = true
    )]
    will_data: Option<String>,
    /// At which level: 0, 1 or 2
    #[arg(long, value_name = "QOS", requires = "will_topic", value_parser = parse_qos)]
    will_qos: Option<QosArg>,
    /// Keep it as the last message of its topic
    #[arg(long, requires = "will_topic")]
    will_retain: bool,
}

impl MqttSessionArgs {
    pub(super) fn apply(self, mut mqtt: MqttBuilder) -> MqttBuilder {
        mqtt = mqtt
            .version(self.mqtt.unwrap_or_default())
            .clean_start(!self.keep_session)
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
            let qos = self.will_qos.map_or(Qos::AtMostOnce, |level| level.0);
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
        _ => Err("is no version of MQTT that is spoken here; right would be 3.1.1 or 5".into()),
    }
}

fn client_id(text: &str) -> Result<String, String> {
    check_template(text, |mqtt| mqtt.client_id(text)).map(|()| text.into())
}

fn will(topic: &str) -> Result<String, String> {
    let will = |mqtt: MqttBuilder| mqtt.will(topic, "", Qos::AtMostOnce, false);
    check_template(topic, will).map(|()| topic.into())
}
