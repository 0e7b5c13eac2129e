//! `hammer mqtt`: flags, and the hammer that they build.

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
use self::session_args::MqttClientArgs;
use crate::network_args::NetworkArgs;
use crate::{DataArgs, EndpointArgs, HammerArgs, HammerBuildError};

/// The flags of `hammer mqtt`.
#[derive(Debug, Clone, Args)]
pub struct MqttArgs {
    /// Broker to hit: mqtt://[USER[:PASSWORD]@]HOST[:PORT]
    ///
    /// Other schemes are mqtts, ws, wss and unix:///PATH.
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
    session: MqttClientArgs,
    #[command(flatten)]
    properties: MqttPropertyArgs,
    #[command(flatten)]
    data: DataArgs,
}

impl HammerArgs for MqttArgs {
    const NAME: &'static str = "mqtt";
    const ABOUT: &'static str = "Hit an MQTT broker";
    const SCHEMES: &'static [&'static str] = &["mqtt", "mqtts", "ws", "wss", "unix"];
    const COMMON_ARGS: &'static [&'static str] = &["url", "topic", "data", "clients"];
    const EXAMPLES: &'static str = "\
hammer mqtt mqtt://127.0.0.1 -r 100 -z 30s
hammer mqtt mqtt://127.0.0.1 -r 1k --clients 50 --qos 1 --topic 'a/{{client}}'
hammer mqtt mqtt://127.0.0.1 -r 100 --qos 1 --measure delivery
hammer mqtt mqtt://127.0.0.1 -r 50 --mode connect
hammer mqtt mqtt://127.0.0.1 -r 100 -d '{\"t\":{{now_ms}}}' --assert 'p99 < 50ms'";
    const REPORTS_KNOWN_NAMES: bool = true;
    type Hammer = Mqtt;

    fn target(&self) -> String {
        mask_password(&self.url)
    }

    fn describe_hit(&self) -> String {
        let action = self.measure.describe_hit(&self.message);
        format!("{action} at {}", self.target())
    }

    fn build(self, seed: u64) -> Result<Mqtt, HammerBuildError> {
        let data = self.data;
        #[cfg(feature = "http")]
        let data = data.with_network(&self.network);
        let mqtt = Mqtt::builder(&self.url).template_scope(data.template_scope(seed)?);
        let mqtt = self.message.apply(mqtt);
        let mqtt = self.network.apply(self.connect.apply(mqtt));
        let mqtt = self.measure.apply(mqtt);
        Ok(self.properties.apply(self.session.apply(mqtt)).build()?)
    }

    fn from_endpoint(endpoint: EndpointArgs) -> Result<Self, HammerBuildError> {
        let unsupported =
            |flag: &str| Err(format!("{flag}: not supported by MQTT (try `hammer mqtt`)").into());
        if endpoint.method.is_some() {
            return unsupported("--method");
        }
        if endpoint.headers.is_some() {
            return unsupported("--headers");
        }
        Ok(Self {
            url: url(&endpoint.url).map_err(|error| format!("--endpoint: {error}"))?,
            message: MqttMessageArgs::with_payload(endpoint.payload),
            measure: MqttMeasureArgs::default(),
            connect: MqttConnectArgs::default(),
            network: NetworkArgs::with_trust(endpoint.cacert, endpoint.insecure),
            session: MqttClientArgs::default(),
            properties: MqttPropertyArgs::default(),
            data: DataArgs::default(),
        })
    }
}

/// Checks the value of one flag by building a hammer with it, so that clap can name the flag.
fn check_flag(mqtt: MqttBuilder) -> Result<(), String> {
    mqtt.build().map(drop).map_err(|error| chain(&error))
}

/// Checks the value of a flag that may be a template.
///
/// Template expressions are checked when the hammer is built, since feeders are other flags.
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
    // Certificates belong to other flags; an insecure client does not read them.
    check_flag(Mqtt::builder(text).insecure(true)).map(|()| text.into())
}
