mod body_args;
mod capture_args;
mod expect_args;
mod keep_args;
mod mask;
mod message_args;
mod once_args;
mod protocol_args;
mod targets_args;
mod transcript;
mod wire_args;

use std::str::FromStr;

use clap::Args;
use hammer_http::{Error, Header, Http, HttpBuilder, Networking, masked};

use self::body_args::BodyArgs;
use self::capture_args::CaptureArgs;
use self::message_args::{MessageArgs, method};
use self::once_args::OnceArgs;
use self::targets_args::TargetsArgs;
pub(crate) use self::wire_args::WireArgs;
use crate::error::chain;
use crate::network_args::NetworkArgs;
use crate::{BuildError, DataArgs, Endpoint, HammerArgs, Once};

/// The flags of `hammer http`, in curl's spelling.
#[derive(Debug, Clone, Args)]
pub struct HttpArgs {
    /// What to hit: http://HOST[:PORT][/PATH], or https
    #[arg(help_heading = "Arguments", value_parser = url)]
    #[arg(required_unless_present = "targets")]
    url: Option<String>,
    #[command(flatten)]
    message: MessageArgs,
    #[command(flatten)]
    body: BodyArgs,
    #[command(flatten)]
    targets: TargetsArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    capture: CaptureArgs,
    #[command(flatten)]
    once: OnceArgs,
    #[command(flatten)]
    wire: WireArgs,
}

impl HammerArgs for HttpArgs {
    const NAME: &'static str = "http";
    const ABOUT: &'static str = "Hit an HTTP or HTTPS target";
    const SCHEMES: &'static [&'static str] = &["http", "https"];
    type Hammer = Http;

    fn target(&self) -> String {
        match (&self.url, self.targets.path()) {
            (Some(url), None) => masked(url),
            (Some(url), Some(path)) => format!("{path} at {}", masked(url)),
            (None, path) => path.unwrap_or_default().to_owned(),
        }
    }

    fn hit(&self) -> String {
        let method = || match &self.message.method {
            Some(method) => method,
            None if self.body.is_given() => "POST",
            None => "GET",
        };
        let one = || format!("{} {}", method(), self.target());
        self.targets.hit().unwrap_or_else(one)
    }

    fn build(self, seed: u64) -> Result<Http, BuildError> {
        let words = self.data.over(self.wire.network()).words(seed)?;
        let words = self.once.watch(words);
        let http = self.targets.builder(self.url.as_deref());
        let http = self.message.apply(http);
        let http = self.body.apply(http);
        let http = self.capture.apply(http.words(words));
        let http = self.once.apply(http);
        Ok(self.wire.apply(http).build()?)
    }

    fn once(&mut self) -> Option<Once> {
        self.once.once()
    }

    fn from_endpoint(endpoint: Endpoint) -> Result<Self, BuildError> {
        let named = |flag: &str, error: String| format!("{flag}: {error}");
        let mut header = vec![];
        for (name, value) in endpoint.headers.iter().flat_map(|headers| headers.iter()) {
            let one = Header::new(name, value);
            header.push(one.map_err(|error| named("--headers", error.to_string()))?);
        }
        let check_method = |text: String| method(&text).map_err(|error| named("--method", error));
        let url = url(&endpoint.url).map_err(|error| named("--endpoint", error))?;
        Ok(Self {
            url: Some(url),
            message: MessageArgs {
                method: endpoint.method.map(check_method).transpose()?,
                header,
                ..MessageArgs::default()
            },
            body: BodyArgs {
                data: endpoint.payload,
                ..BodyArgs::default()
            },
            targets: TargetsArgs::default(),
            data: DataArgs::default(),
            capture: CaptureArgs::default(),
            once: OnceArgs::default(),
            wire: WireArgs::over(NetworkArgs::trusting(endpoint.cacert, endpoint.insecure)),
        })
    }
}

/// With them begins what differs from hit to hit.
const BRACES: &str = "{{";

/// Builds a request to nowhere, so that the hammer itself says what is wrong with one flag, and
/// clap says which flag it was.
fn check(http: HttpBuilder) -> Result<(), String> {
    http.build().map(drop).map_err(|error| chain(&error))
}

fn nowhere() -> HttpBuilder {
    Http::builder("http://localhost/")
}

pub(crate) fn url(text: &str) -> Result<String, String> {
    if text.contains(BRACES) {
        // What is in them is known when the hammer is built.
        return Ok(text.into());
    }
    // Whom to trust is another flag's matter; to trust anyone reads no certificates.
    check(Http::builder(text).insecure(true)).map(|()| text.into())
}

/// What `text` spells, for one of the hammer's own values.
pub(crate) fn parsed<T: FromStr<Err = Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: Error| chain(&error))
}
