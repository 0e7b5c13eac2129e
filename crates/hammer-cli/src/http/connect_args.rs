use clap::Args;
use hammer_http::HttpBuilder;

/// How connections are made and kept.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections")]
#[group(skip)]
pub(super) struct ConnectArgs {
    /// Open a connection for each hit
    #[arg(long)]
    no_keepalive: bool,
}

impl ConnectArgs {
    pub(super) fn apply(self, http: HttpBuilder) -> HttpBuilder {
        http.keepalive(!self.no_keepalive)
    }
}
