//! Flags for the number and the opening of MQTT connections.

use clap::Args;
use hammer_core::Rate;
use hammer_mqtt::MqttBuilder;

use crate::parsers::count;

/// Flags for the number and the opening of connections.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections")]
#[group(skip)]
pub(super) struct MqttConnectArgs {
    /// Number of clients, each with a connection [default: 1]
    #[arg(long, value_name = "COUNT", value_parser = count::parse)]
    pub(super) clients: Option<u64>,
    /// Connections to open per second before the start [default: all at once]
    #[arg(long, value_name = "RATE")]
    connect_rate: Option<Rate>,
    /// Share of clients that may fail to connect: 10% or 0.1
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    allow_missing: Option<f64>,
    /// Protocol to offer in the TLS handshake (ALPN); repeatable
    #[arg(long, value_name = "NAME")]
    alpn: Vec<String>,
}

impl MqttConnectArgs {
    pub(super) fn apply(self, mut mqtt: MqttBuilder) -> MqttBuilder {
        if let Some(clients) = self.clients {
            mqtt = mqtt.clients(usize::try_from(clients).unwrap_or(usize::MAX));
        }
        if let Some(rate) = self.connect_rate {
            mqtt = mqtt.connect_rate(rate.as_f64());
        }
        if let Some(share) = self.allow_missing {
            mqtt = mqtt.allow_missing(share);
        }
        self.alpn.into_iter().fold(mqtt, MqttBuilder::alpn)
    }
}

/// Parses a share, as a percentage or a fraction.
fn parse_share(text: &str) -> Result<f64, String> {
    let error = || "expected a share from 0 to 1, such as 1% or 0.01".to_owned();
    let (number, whole) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let share = number.parse::<f64>().map_err(|_| error())? / whole;
    (0.0..=1.0)
        .contains(&share)
        .then_some(share)
        .ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        for (text, value) in [("1%", 0.01), ("50 %", 0.5), ("0.25", 0.25), ("0", 0.0)] {
            assert_eq!(parse_share(text), Ok(value));
        }
        for text in ["", "%", "101%", "2", "-1%", "x", "NaN"] {
            assert!(parse_share(text).is_err(), "{text}");
        }
    }
}
