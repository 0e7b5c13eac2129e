mod connect_args;
mod measure_args;
mod message_args;
mod property_args;
mod session_args;

use clap::Args;
use hammer_data::TemplateScope;
use hammer_diagnostic::chain;
use hammer_mqtt::{ConfigureNetwork, Mqtt, MqttBuilder};
use hammer_net::mask_password;

use self::connect_args::MqttConnectArgs;
use self::measure_args::MqttMeasureArgs;
use self::message_args::MqttMessageArgs;
use self::property_args::MqttPropertyArgs;
use self::session_args::MqttSessionArgs;
use crate::network_args::NetworkArgs;
use crate::{BuildError, DataArgs, EndpointArgs, HammerArgs};

/// The flags of `hammer mqtt`.
#[derive(Debug, Clone, Args)]
pub struct MqttArgs {
    /// The broker: mqtt://[USER[:PASSWORD]@]HOST[:PORT], or mqtts, ws, wss, unix:///PATH
    #[arg(help_heading = "Arguments", value_parser = url)]
    url: String,
    #[command(flatten)]
    message: MqttMessageArgs,
    #[command(flatten)]
    measure: MqttMeasureArgs,
    #[command(flatten)]
    connect: MqttConnectArgs,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    session: MqttSessionArgs,
    #[command(flatten)]
    properties: MqttPropertyArgs,
    #[command(flatten)]
    data: DataArgs,
}

impl HammerArgs for MqttArgs {
    const NAME: &'static str = "mqtt";
    const ABOUT: &'static str = "Hit an MQTT broker";
    const SCHEMES: &'static [&'static str] = &["mqtt", "mqtts", "ws", "wss", "unix"];
    type Hammer = Mqtt;

    fn target(&self) -> String {
        mask_password(&self.url)
    }

    fn describe_hit(&self) -> String {
        let what = self.measure.describe_hit(&self.message);
        format!("{what} at {}", self.target())
    }

    fn build(self, seed: u64) -> Result<Mqtt, BuildError> {
        let mqtt = self.message.apply(
            Mqtt::builder(&self.url)
                .template_scope(self.data.with_network(&self.network).template_scope(seed)?),
        );
        let mqtt = self.network.apply(self.connect.apply(mqtt));
        let mqtt = self.measure.apply(mqtt);
        Ok(self.properties.apply(self.session.apply(mqtt)).build()?)
    }

    fn from_endpoint(endpoint: EndpointArgs) -> Result<Self, BuildError> {
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
            message: MqttMessageArgs::with_payload(endpoint.payload),
            measure: MqttMeasureArgs::default(),
            connect: MqttConnectArgs::default(),
            network: NetworkArgs::with_trust(endpoint.cacert, endpoint.insecure),
            session: MqttSessionArgs::default(),
            properties: MqttPropertyArgs::default(),
            data: DataArgs::default(),
        })
    }
}

/// Builds a hammer for nowhere, so that the hammer itself says what is wrong with one flag, and
/// clap says which flag it was. What its templates may use is known when all flags are.
fn check_flag(mqtt: MqttBuilder) -> Result<(), String> {
    mqtt.build().map(drop).map_err(|error| chain(&error))
}

/// The same of a template. What stands between braces is known when the hammer is built, and then what
/// is wrong with it.
fn check_template(text: &str, with: impl Fn(MqttBuilder) -> MqttBuilder) -> Result<(), String> {
    match text.contains("{{") {
        true => Ok(()),
        false => check_flag(with(placeholder_builder())),
    }
}

fn placeholder_builder() -> MqttBuilder {
    Mqtt::builder("mqtt://localhost").template_scope(TemplateScope::new().literal(true))
}

fn url(text: &str) -> Result<String, String> {
    // Whom to trust is another flag's matter; to trust anyone reads no certificates.
    check_flag(Mqtt::builder(text).insecure(true)).map(|()| text.into())
}
