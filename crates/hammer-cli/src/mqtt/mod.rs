mod connect_args;
mod measure_args;
mod message_args;
mod property_args;
mod session_args;

use clap::Args;
use hammer_data::Words;
use hammer_mqtt::{Mqtt, MqttBuilder, Networking};
use hammer_net::masked;

use self::connect_args::ConnectArgs;
use self::measure_args::MeasureArgs;
use self::message_args::MessageArgs;
use self::property_args::PropertyArgs;
use self::session_args::SessionArgs;
use crate::error::chain;
use crate::network_args::NetworkArgs;
use crate::{BuildError, DataArgs, Endpoint, HammerArgs};

/// The flags of `hammer mqtt`.
#[derive(Debug, Clone, Args)]
pub struct MqttArgs {
    /// The broker: mqtt://[USER[:PASSWORD]@]HOST[:PORT], or mqtts, ws, wss, unix:///PATH
    #[arg(help_heading = "Arguments", value_parser = url)]
    url: String,
    #[command(flatten)]
    message: MessageArgs,
    #[command(flatten)]
    measure: MeasureArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    properties: PropertyArgs,
    #[command(flatten)]
    data: DataArgs,
}

impl HammerArgs for MqttArgs {
    const NAME: &'static str = "mqtt";
    const ABOUT: &'static str = "Hit an MQTT broker";
    const SCHEMES: &'static [&'static str] = &["mqtt", "mqtts", "ws", "wss", "unix"];
    type Hammer = Mqtt;

    fn target(&self) -> String {
        masked(&self.url)
    }

    fn hit(&self) -> String {
        let what = self.measure.what(&self.message);
        format!("{what} at {}", self.target())
    }

    fn build(self, seed: u64) -> Result<Mqtt, BuildError> {
        let mqtt = self
            .message
            .apply(Mqtt::builder(&self.url).words(self.data.over(&self.network).words(seed)?));
        let mqtt = self.network.apply(self.connect.apply(mqtt));
        let mqtt = self.measure.apply(mqtt);
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
            network: NetworkArgs::trusting(endpoint.cacert, endpoint.insecure),
            session: SessionArgs::default(),
            properties: PropertyArgs::default(),
            data: DataArgs::default(),
        })
    }
}

/// Builds a hammer for nowhere, so that the hammer itself says what is wrong with one flag, and
/// clap says which flag it was. What its templates may use is known when all flags are.
fn check(mqtt: MqttBuilder) -> Result<(), String> {
    mqtt.build().map(drop).map_err(|error| chain(&error))
}

/// The same of a template. What stands between braces is known when the hammer is built, and then what
/// is wrong with it.
fn check_text(text: &str, with: impl Fn(MqttBuilder) -> MqttBuilder) -> Result<(), String> {
    match text.contains("{{") {
        true => Ok(()),
        false => check(with(nowhere())),
    }
}

fn nowhere() -> MqttBuilder {
    Mqtt::builder("mqtt://localhost").words(Words::new().literal(true))
}

fn url(text: &str) -> Result<String, String> {
    // Whom to trust is another flag's matter; to trust anyone reads no certificates.
    check(Mqtt::builder(text).insecure(true)).map(|()| text.into())
}
