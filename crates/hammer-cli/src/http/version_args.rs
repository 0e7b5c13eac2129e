//! Flags for HTTP versions and HTTP/2.

use clap::{Args, ValueEnum};
use hammer_http::{HttpBuilder, HttpVersion};

use super::{check_flag, placeholder_builder};

/// Flags for HTTP versions and HTTP/2.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP version")]
#[group(skip)]
pub(super) struct HttpVersionArgs {
    /// HTTP version
    ///
    /// auto: the version that the target selects over TLS (ALPN), or HTTP/1.1 without TLS.
    #[arg(long, value_name = "VERSION", value_enum, default_value = "auto")]
    #[arg(overrides_with_all = ["http", "http1", "http2", "http2_prior"])]
    http: HttpVersionArg,
    /// Alias for --http 1.1
    #[arg(long = "http1.1")]
    #[arg(overrides_with_all = ["http", "http1", "http2", "http2_prior"])]
    http1: bool,
    /// Alias for --http auto
    #[arg(long)]
    #[arg(overrides_with_all = ["http", "http1", "http2", "http2_prior"])]
    http2: bool,
    /// Alias for --http 2
    #[arg(long = "http2-prior-knowledge")]
    #[arg(overrides_with_all = ["http", "http1", "http2", "http2_prior"])]
    http2_prior: bool,
    /// Number of HTTP/2 connections [default: one per thread, more if streams run out]
    #[arg(long, value_name = "COUNT", value_parser = crate::parsers::count::parse)]
    connections: Option<u64>,
    /// HTTP/2 receive window per stream [default: 6 MiB]
    #[arg(long, value_name = "BYTES", value_parser = stream_window)]
    h2_stream_window: Option<u32>,
    /// HTTP/2 receive window per connection [default: 15 MiB]
    #[arg(long, value_name = "BYTES", value_parser = connection_window)]
    h2_connection_window: Option<u32>,
}

/// Values of `--http`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum HttpVersionArg {
    #[default]
    Auto,
    #[value(name = "1.1")]
    Http1,
    #[value(name = "2")]
    Http2,
}

impl HttpVersionArgs {
    pub(super) fn apply(self, http: HttpBuilder) -> HttpBuilder {
        let version = match self.http {
            _ if self.http1 => HttpVersion::Http1,
            _ if self.http2_prior => HttpVersion::Http2,
            HttpVersionArg::Auto => HttpVersion::Auto,
            HttpVersionArg::Http1 => HttpVersion::Http1,
            HttpVersionArg::Http2 => HttpVersion::Http2,
        };
        let mut http = http.http_version(version);
        if let Some(connections) = self.connections {
            http = http.connections(usize::try_from(connections).unwrap_or(usize::MAX));
        }
        if let Some(bytes) = self.h2_stream_window {
            http = http.stream_window(bytes);
        }
        if let Some(bytes) = self.h2_connection_window {
            http = http.connection_window(bytes);
        }
        http
    }
}

fn stream_window(text: &str) -> Result<u32, String> {
    parse_window(text, HttpBuilder::stream_window)
}

fn connection_window(text: &str) -> Result<u32, String> {
    parse_window(text, HttpBuilder::connection_window)
}

fn parse_window(text: &str, set: fn(HttpBuilder, u32) -> HttpBuilder) -> Result<u32, String> {
    let bytes = text.parse();
    let bytes = bytes.map_err(|_| "expected a number of bytes, such as 1048576".to_owned())?;
    check_flag(set(
        placeholder_builder().http_version(HttpVersion::Http2),
        bytes,
    ))
    .map(|()| bytes)
}
