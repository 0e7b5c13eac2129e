mod connect_args;
mod message_args;
mod protocol_args;
mod proxy_args;
mod tls_args;

use clap::Args;
use hammer_http::{Header, Http, HttpBuilder, masked};

use self::connect_args::ConnectArgs;
use self::message_args::{MessageArgs, method};
use self::protocol_args::ProtocolArgs;
use self::proxy_args::ProxyArgs;
use self::tls_args::TlsArgs;
use crate::error::chain;
use crate::{BuildError, Endpoint, HammerArgs};

/// The flags of `hammer http`, in curl's spelling.
#[derive(Debug, Clone, Args)]
pub struct HttpArgs {
    /// What to hit: http://HOST[:PORT][/PATH], or https
    #[arg(help_heading = "Arguments", value_parser = url)]
    url: String,
    #[command(flatten)]
    message: MessageArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    proxy: ProxyArgs,
    #[command(flatten)]
    tls: TlsArgs,
    #[command(flatten)]
    protocol: ProtocolArgs,
}

impl HammerArgs for HttpArgs {
    const NAME: &'static str = "http";
    const ABOUT: &'static str = "Hit an HTTP or HTTPS target";
    const SCHEMES: &'static [&'static str] = &["http", "https"];
    type Hammer = Http;

    fn target(&self) -> String {
        masked(&self.url)
    }

    fn hit(&self) -> String {
        format!("{} {}", self.message.method(), masked(&self.url))
    }

    fn build(self) -> Result<Http, BuildError> {
        let http = self.message.apply(Http::builder(&self.url));
        let http = self.proxy.apply(self.connect.apply(http));
        let http = self.tls.apply(http);
        Ok(self.protocol.apply(http).build()?)
    }

    fn from_endpoint(endpoint: Endpoint) -> Result<Self, BuildError> {
        let named = |flag: &str, error: String| format!("{flag}: {error}");
        let mut header = vec![];
        for (name, value) in endpoint.headers.iter().flat_map(|headers| headers.iter()) {
            let one = Header::new(name, value);
            header.push(one.map_err(|error| named("--headers", error.to_string()))?);
        }
        let check_method = |text: String| method(&text).map_err(|error| named("--method", error));
        Ok(Self {
            url: url(&endpoint.url).map_err(|error| named("--endpoint", error))?,
            message: MessageArgs {
                method: endpoint.method.map(check_method).transpose()?,
                header,
                data: endpoint.payload,
                ..MessageArgs::default()
            },
            connect: ConnectArgs::default(),
            proxy: ProxyArgs::default(),
            tls: TlsArgs {
                cacert: endpoint.cacert,
                insecure: endpoint.insecure,
                ..TlsArgs::default()
            },
            protocol: ProtocolArgs::default(),
        })
    }
}

/// Builds a request to nowhere, so that the hammer itself says what is wrong with one flag, and
/// clap says which flag it was.
fn check(http: HttpBuilder) -> Result<(), String> {
    http.build().map(drop).map_err(|error| chain(&error))
}

fn nowhere() -> HttpBuilder {
    Http::builder("http://localhost/")
}

fn url(text: &str) -> Result<String, String> {
    // Whom to trust is another flag's matter; to trust anyone reads no certificates.
    check(Http::builder(text).insecure(true)).map(|()| text.into())
}

fn header(text: &str) -> Result<Header, String> {
    text.parse().map_err(|error| chain(&error))
}
