mod connect_args;
mod measure_args;
mod message_args;
mod property_args;
mod session_args;

use clap::Args;
use hammer_mqtt::{Mqtt, MqttBuilder};

use self::connect_args::ConnectArgs;
use self::measure_args::MeasureArgs;
use self::message_args::MessageArgs;
use self::property_args::PropertyArgs;
use self::session_args::SessionArgs;
use crate::error::chain;
use crate::{BuildError, Endpoint, HammerArgs};

/// The flags of `hammer mqtt`.
#[derive(Debug, Clone, Args)]
pub struct MqttArgs {
    /// The broker: mqtt://[USER[:PASSWORD]@]HOST[:PORT], or ws, with a path
    #[arg(help_heading = "Arguments", value_parser = url)]
    url: String,
    #[command(flatten)]
    message: MessageArgs,
    #[command(flatten)]
    measure: MeasureArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    properties: PropertyArgs,
}

impl HammerArgs for MqttArgs {
    const NAME: &'static str = "mqtt";
    const ABOUT: &'static str = "Hit an MQTT broker";
    const SCHEMES: &'static [&'static str] = &["mqtt", "ws"];
    type Hammer = Mqtt;

    fn target(&self) -> String {
        without_password(&self.url)
    }

    fn hit(&self) -> String {
        let what = self.measure.what(&self.message);
        format!("{what} at {}", self.target())
    }

    fn build(self) -> Result<Mqtt, BuildError> {
        let mqtt = self.message.apply(Mqtt::builder(&self.url));
        let mqtt = self.measure.apply(self.connect.apply(mqtt));
        Ok(self.properties.apply(self.session.apply(mqtt)).build()?)
    }

    fn from_endpoint(endpoint: Endpoint) -> Result<Self, BuildError> {
        let named = |flag: &str, error: String| format!("{flag}: {error}");
        let meaningless = |flag: &str| {
            let wrong = "MQTT has none; right would be `hammer mqtt`, with flags of its own";
            Err(format!("{flag}: {wrong}").into())
        };
        if endpoint.method.is_some() {
            return meaningless("--method");
        }
        if endpoint.headers.is_some() {
            return meaningless("--headers");
        }
        Ok(Self {
            url: url(&endpoint.url).map_err(|error| named("--endpoint", error))?,
            message: MessageArgs::carrying(endpoint.payload),
            measure: MeasureArgs::default(),
            connect: ConnectArgs::default(),
            session: SessionArgs::default(),
            properties: PropertyArgs::default(),
        })
    }
}

/// A URL as it may be shown.
fn without_password(url: &str) -> String {
    let hidden = || {
        let (scheme, rest) = url.split_once("://")?;
        let (userinfo, host) = rest.rsplit_once('@')?;
        let (user, _) = userinfo.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{host}"))
    };
    hidden().unwrap_or_else(|| url.to_owned())
}

/// Builds a hammer for nowhere, so that the hammer itself says what is wrong with one flag, and
/// clap says which flag it was.
fn check(mqtt: MqttBuilder) -> Result<(), String> {
    mqtt.build().map(drop).map_err(|error| chain(&error))
}

fn nowhere() -> MqttBuilder {
    Mqtt::builder("mqtt://localhost")
}

fn url(text: &str) -> Result<String, String> {
    check(Mqtt::builder(text)).map(|()| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("mqtt://a", "mqtt://a"),
            ("mqtt://u@a", "mqtt://u@a"),
            ("mqtt://u:p@a:1", "mqtt://u:***@a:1"),
            ("mqtt://u:p@q@a", "mqtt://u:***@a"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
