use clap::{Args, ValueEnum};
use hammer_http::{HttpBuilder, HttpVersion};

/// Which HTTP is spoken.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP version")]
#[group(skip)]
pub(super) struct ProtocolArgs {
    /// HTTP version; auto: the target's choice by ALPN, or 1.1 without TLS; 2 without TLS: with prior
    /// knowledge
    #[arg(long, value_name = "VERSION", value_enum, default_value = "auto")]
    #[arg(overrides_with_all = ["http", "http1", "http2", "http2_prior"])]
    http: Version,
    /// The same as --http 1.1
    #[arg(long = "http1.1", hide_short_help = true)]
    #[arg(overrides_with_all = ["http", "http1", "http2", "http2_prior"])]
    http1: bool,
    /// HTTP/2 over TLS if the target can, and 1.1 without TLS: the same as --http auto
    #[arg(long, hide_short_help = true)]
    #[arg(overrides_with_all = ["http", "http1", "http2", "http2_prior"])]
    http2: bool,
    /// The same as --http 2
    #[arg(long = "http2-prior-knowledge", hide_short_help = true)]
    #[arg(overrides_with_all = ["http", "http1", "http2", "http2_prior"])]
    http2_prior: bool,
    /// HTTP/2 connections in the whole run [default: one per thread, and more if streams run out]
    #[arg(long, value_name = "COUNT", value_parser = crate::count::parse)]
    connections: Option<u64>,
    /// Bytes that an HTTP/2 target may send ahead, for each stream [default: 6 MiB]
    #[arg(long, value_name = "BYTES", value_parser = crate::count::parse)]
    h2_stream_window: Option<u64>,
    /// Bytes that an HTTP/2 target may send ahead, for each connection [default: 15 MiB]
    #[arg(long, value_name = "BYTES", value_parser = crate::count::parse)]
    h2_connection_window: Option<u64>,
}

/// As `--http` has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Version {
    #[default]
    Auto,
    #[value(name = "1.1")]
    Http1,
    #[value(name = "2")]
    Http2,
}

impl ProtocolArgs {
    pub(super) fn apply(self, http: HttpBuilder) -> HttpBuilder {
        let version = match self.http {
            _ if self.http1 => HttpVersion::Http1,
            _ if self.http2_prior => HttpVersion::Http2,
            Version::Auto => HttpVersion::Auto,
            Version::Http1 => HttpVersion::Http1,
            Version::Http2 => HttpVersion::Http2,
        };
        // What is too much for a window is refused as the largest that there is no window for.
        let window = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
        let mut http = http.http(version);
        if let Some(connections) = self.connections {
            http = http.connections(usize::try_from(connections).unwrap_or(usize::MAX));
        }
        if let Some(bytes) = self.h2_stream_window {
            http = http.stream_window(window(bytes));
        }
        if let Some(bytes) = self.h2_connection_window {
            http = http.connection_window(window(bytes));
        }
        http
    }
}
