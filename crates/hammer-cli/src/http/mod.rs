//! `hammer http`: its flags, named as in curl, and the hammer that they build.

mod body_args;
mod capture_args;
mod expectation_args;
mod hit_transcript;
mod keep_alive_args;
mod once_args;
mod request_args;
mod secret_mask;
mod target_bound;
mod target_list_args;
mod transport_args;
mod version_args;

use std::str::FromStr;

use clap::Args;
use hammer_http::{ConfigureNetwork, Error, Http, HttpBuilder, RequestHeader, mask_url};

use self::body_args::HttpBodyArgs;
use self::capture_args::CaptureArgs;
use self::once_args::SingleHitArgs;
use self::request_args::{HttpRequestArgs, method};
use self::target_list_args::TargetListArgs;
pub(crate) use self::transport_args::HttpTransportArgs;
use crate::args::caret;
use crate::network_args::NetworkArgs;
use crate::{
    DataArgs, EndpointArgs, HammerArgs, HammerBuildError, HitDescriber, SingleHitRenderer,
};

/// The flags of `hammer http`, named as in curl.
#[derive(Debug, Clone, Args)]
pub struct HttpArgs {
    /// URL to hit: http://HOST[:PORT][/PATH], or https
    #[arg(help_heading = "Arguments", value_parser = parse_url)]
    #[arg(required_unless_present = "targets")]
    url: Option<String>,
    #[command(flatten)]
    message: HttpRequestArgs,
    #[command(flatten)]
    body: HttpBodyArgs,
    #[command(flatten)]
    targets: TargetListArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    capture: CaptureArgs,
    #[command(flatten)]
    once: SingleHitArgs,
    #[command(flatten)]
    transport: HttpTransportArgs,
}

impl HammerArgs for HttpArgs {
    const NAME: &'static str = "http";
    const ABOUT: &'static str = "Hit an HTTP or HTTPS target";
    const SCHEMES: &'static [&'static str] = &["http", "https"];
    const COMMON_ARGS: &'static [&'static str] = &[
        "url",
        "method",
        "header",
        "data",
        "targets",
        "once",
        "max_in_flight",
    ];
    const EXAMPLES: &'static str = "\
hammer http http://127.0.0.1:8080/ -r 100 -z 30s
hammer http http://127.0.0.1:8080/ -r max -c 50 -n 10000
hammer http http://127.0.0.1:8080/ -r 0..500/1m --assert 'p99 < 250ms'
hammer http http://127.0.0.1:8080/cart -d '{\"id\":{{seq}}}' -H 'X-Id: {{uuid}}'
hammer http http://127.0.0.1:8080/ --once";
    const REPORTS_KNOWN_NAMES: bool = true;
    type Hammer = Http;

    fn target(&self) -> String {
        match (&self.url, self.targets.path()) {
            (Some(url), None) => mask_url(url),
            (Some(url), Some(path)) => format!("{path} at {}", mask_url(url)),
            (None, path) => path.unwrap_or_default().to_owned(),
        }
    }

    fn describe_hit(&self) -> String {
        let method = || match &self.message.method {
            Some(method) => method,
            None if self.body.is_given() => "POST",
            None => "GET",
        };
        let single = || format!("{} {}", method(), self.target());
        self.targets.describe_hit().unwrap_or_else(single)
    }

    fn warnings(&self) -> Vec<String> {
        self.targets.warnings()
    }

    fn build(self, seed: u64) -> Result<Http, HammerBuildError> {
        let scope = self
            .data
            .with_network(self.transport.network())
            .template_scope(seed)?;
        let scope = self.once.record_secrets(scope);
        let targets = self.targets.names();
        let http = self.targets.builder(self.url.as_deref());
        let http = self.message.apply(http);
        let http = self.body.apply(http);
        let http = self.capture.apply(http.template_scope(scope), &targets);
        let http = self.once.apply(http);
        Ok(self.transport.apply(http, &targets).build()?)
    }

    fn once_renderer(&mut self) -> Option<SingleHitRenderer> {
        self.once.once_renderer()
    }

    fn hit_describer(&mut self) -> Option<HitDescriber<Http>> {
        Some(self.once.hit_describer())
    }

    fn from_endpoint(endpoint: EndpointArgs) -> Result<Self, HammerBuildError> {
        let flag_error = |flag: &str, error: String| format!("{flag}: {error}");
        let mut header = vec![];
        for (name, value) in endpoint.headers.iter().flat_map(|headers| headers.iter()) {
            let parsed = RequestHeader::new(name, value);
            header.push(parsed.map_err(|error| flag_error("--headers", error.to_string()))?);
        }
        let check_method =
            |text: String| method(&text).map_err(|error| flag_error("--method", error));
        let url = parse_url(&endpoint.url).map_err(|error| flag_error("--endpoint", error))?;
        Ok(Self {
            url: Some(url),
            message: HttpRequestArgs {
                method: endpoint.method.map(check_method).transpose()?,
                header,
                ..HttpRequestArgs::default()
            },
            body: HttpBodyArgs {
                data: endpoint.payload,
                ..HttpBodyArgs::default()
            },
            targets: TargetListArgs::default(),
            data: DataArgs::default(),
            capture: CaptureArgs::default(),
            once: SingleHitArgs::default(),
            transport: HttpTransportArgs::with_network(NetworkArgs::with_trust(
                endpoint.cacert,
                endpoint.insecure,
            )),
        })
    }
}

/// Start of a template expression.
const BRACES: &str = "{{";

/// Checks the value of one flag by building a hammer with it, so that clap can name the flag.
fn check_flag(http: HttpBuilder) -> Result<(), String> {
    http.build()
        .map(drop)
        .map_err(|error| caret::show_chain(&error))
}

fn placeholder_builder() -> HttpBuilder {
    Http::builder("http://localhost/")
}

pub(crate) fn parse_url(text: &str) -> Result<String, String> {
    if text.contains(BRACES) {
        // Templates are checked when the hammer is built.
        return Ok(text.into());
    }
    // Certificates belong to other flags; an insecure client does not read them.
    check_flag(Http::builder(text).insecure(true)).map(|()| text.into())
}

/// Parses a value type of the hammer.
pub(crate) fn parse_value<T: FromStr<Err = Error>>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|error: Error| caret::show_chain(&error))
}
