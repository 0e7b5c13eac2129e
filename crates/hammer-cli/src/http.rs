use std::path::PathBuf;

use clap::Args;
use hammer_http::{Header, Http, HttpBuilder};

use crate::error::chain;
use crate::{Body, BuildError, Endpoint, HammerArgs};

/// The flags of `hammer http`, in curl's spelling.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpArgs {
    /// What to hit: http://HOST[:PORT][/PATH], or https
    #[arg(help_heading = "Arguments", value_parser = url)]
    url: String,
    /// Method [default: GET, or POST with -d]
    #[arg(short = 'X', long, value_parser = method)]
    method: Option<String>,
    /// Header to send: 'Name: value'; repeatable
    #[arg(short = 'H', long, value_name = "HEADER", value_parser = header)]
    #[arg(allow_hyphen_values = true)]
    header: Vec<Header>,
    /// Body of each request
    #[arg(
        short = 'd',
        long,
        visible_alias = "payload",
        value_name = "TEXT|@FILE"
    )]
    #[arg(allow_hyphen_values = true)]
    data: Option<Body>,
    /// Host header, if it is not the URL's
    #[arg(long, value_parser = host)]
    host: Option<String>,
    /// Open a connection for each hit
    #[arg(long)]
    no_keepalive: bool,
    /// Trust the certificates in this PEM file only
    #[arg(long, value_name = "FILE", value_parser = cacert)]
    cacert: Option<PathBuf>,
    /// Trust any certificate
    #[arg(short = 'k', long)]
    insecure: bool,
}

impl HammerArgs for HttpArgs {
    const NAME: &'static str = "http";
    const ABOUT: &'static str = "Hit an HTTP or HTTPS target";
    const SCHEMES: &'static [&'static str] = &["http", "https"];
    type Hammer = Http;

    fn target(&self) -> String {
        self.url.clone()
    }

    fn hit(&self) -> String {
        format!("{} {}", self.method(), self.url)
    }

    fn build(self) -> Result<Http, BuildError> {
        let mut http = Http::builder(&self.url)
            .method(self.method())
            .keepalive(!self.no_keepalive)
            .body(self.data.unwrap_or_default().into_bytes());
        http = self.header.into_iter().fold(http, HttpBuilder::header_line);
        if let Some(host) = self.host {
            http = http.host(host);
        }
        if let Some(cacert) = self.cacert {
            http = http.cacert(cacert);
        }
        Ok(http.insecure(self.insecure).build()?)
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
            method: endpoint.method.map(check_method).transpose()?,
            header,
            data: endpoint.payload,
            host: None,
            no_keepalive: false,
            cacert: endpoint.cacert,
            insecure: endpoint.insecure,
        })
    }
}

impl HttpArgs {
    fn method(&self) -> &str {
        let default = if self.data.is_some() { "POST" } else { "GET" };
        self.method.as_deref().unwrap_or(default)
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

fn method(text: &str) -> Result<String, String> {
    check(nowhere().method(text)).map(|()| text.into())
}

fn host(text: &str) -> Result<String, String> {
    check(nowhere().host(text)).map(|()| text.into())
}

fn cacert(text: &str) -> Result<PathBuf, String> {
    check(nowhere().cacert(text)).map(|()| text.into())
}

fn header(text: &str) -> Result<Header, String> {
    text.parse().map_err(|error| chain(&error))
}
