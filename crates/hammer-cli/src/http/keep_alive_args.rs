use std::time::Duration;

use clap::Args;
use hammer_http::HttpBuilder;

use crate::{parsers::count, parsers::duration};

/// How long connections are kept.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections")]
#[group(skip)]
pub(super) struct HttpKeepAliveArgs {
    /// Open a connection for each hit
    #[arg(long)]
    no_keepalive: bool,
    /// Close each connection after this many hits
    #[arg(long, value_name = "COUNT", value_parser = count::parse)]
    connection_hits: Option<u64>,
    /// Close each connection, between hits, once it is this old
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
