use clap::Args;
use hammer_core::Rate;
use hammer_mqtt::MqttBuilder;

use crate::parsers::count;

/// How many connections there are, and how they come about.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections")]
#[group(skip)]
pub(super) struct MqttConnectArgs {
    /// Clients, spread over the threads, each with a connection [default: 1]
    #[arg(long, value_name = "COUNT", value_parser = count::parse)]
    pub(super) clients: Option<u64>,
    /// Connections to open per second before the clock starts [default: all at once]
    #[arg(long, value_name = "RATE")]
    connect_rate: Option<Rate>,
    /// Clients that may be missing when the clock starts: 10 %, or 0.1
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    allow_missing: Option<f64>,
    /// Protocol to offer in the TLS handshake (ALPN), such as mqtt; repeatable
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

/// A share of the whole, in percent or as it is.
fn parse_share(text: &str) -> Result<f64, String> {
    let wrong = || "is no share; right would be 1%, or 0.01".to_owned();
    let (number, whole) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let share = number.parse::<f64>().map_err(|_| wrong())? / whole;
    (0.0..=1.0)
        .contains(&share)
        .then_some(share)
        .ok_or_else(wrong)
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
