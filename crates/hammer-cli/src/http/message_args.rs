use clap::Args;
use hammer_http::{Header, HttpBuilder};

use super::{check, header, nowhere};
use crate::Body;

/// What each hit sends.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
#[group(skip)]
pub(super) struct MessageArgs {
    /// Method [default: GET, or POST with -d]
    #[arg(short = 'X', long, value_parser = method)]
    pub(super) method: Option<String>,
    /// Header to send: 'Name: value'; repeatable
    #[arg(short = 'H', long, value_name = "HEADER", value_parser = header)]
    #[arg(allow_hyphen_values = true)]
    pub(super) header: Vec<Header>,
    /// Body of each request
    #[arg(
        short = 'd',
        long,
        visible_alias = "payload",
        value_name = "TEXT|@FILE"
    )]
    #[arg(allow_hyphen_values = true)]
    pub(super) data: Option<Body>,
    /// Host header, if it is not the URL's
    #[arg(long, value_parser = host)]
    pub(super) host: Option<String>,
}

impl MessageArgs {
    pub(super) fn method(&self) -> &str {
        let default = if self.data.is_some() { "POST" } else { "GET" };
        self.method.as_deref().unwrap_or(default)
    }

    pub(super) fn apply(self, mut http: HttpBuilder) -> HttpBuilder {
        http = http
            .method(self.method())
            .body(self.data.unwrap_or_default().into_bytes());
        http = self.header.into_iter().fold(http, HttpBuilder::header_line);
        match self.host {
            Some(host) => http.host(host),
            None => http,
        }
    }
}

pub(super) fn method(text: &str) -> Result<String, String> {
    check(nowhere().method(text)).map(|()| text.into())
}

fn host(text: &str) -> Result<String, String> {
    check(nowhere().host(text)).map(|()| text.into())
}
