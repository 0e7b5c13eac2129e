//! Flags for connection reuse.

use std::time::Duration;

use clap::Args;
use hammer_http::HttpBuilder;

use crate::{parsers::count, parsers::duration};

/// Flags for connection reuse.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections")]
#[group(skip)]
pub(super) struct HttpKeepAliveArgs {
    /// Open a new connection for each hit
    #[arg(long)]
    no_keepalive: bool,
    /// Maximum number of hits per connection
    #[arg(long, value_name = "COUNT", value_parser = count::parse)]
    connection_hits: Option<u64>,
    /// Maximum age of a connection, checked between hits
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    connection_lifetime: Option<Duration>,
}

impl HttpKeepAliveArgs {
    pub(super) fn apply(self, mut http: HttpBuilder) -> HttpBuilder {
        http = http.keepalive(!self.no_keepalive);
        if let Some(hits) = self.connection_hits {
            http = http.connection_hits(hits);
        }
        match self.connection_lifetime {
            Some(time) => http.connection_lifetime(time),
            None => http,
        }
    }
}
