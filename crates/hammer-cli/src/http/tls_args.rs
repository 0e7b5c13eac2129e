use std::path::PathBuf;

use clap::Args;
use hammer_http::HttpBuilder;

use super::{check, nowhere};

/// How TLS is spoken, and with whom.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "TLS")]
#[group(skip)]
pub(super) struct TlsArgs {
    /// Trust the certificates in this PEM file only
    #[arg(long, value_name = "FILE", value_parser = cacert)]
    pub(super) cacert: Option<PathBuf>,
    /// Trust any certificate
    #[arg(short = 'k', long)]
    pub(super) insecure: bool,
}

impl TlsArgs {
    pub(super) fn apply(self, mut http: HttpBuilder) -> HttpBuilder {
        if let Some(cacert) = self.cacert {
            http = http.cacert(cacert);
        }
        http.insecure(self.insecure)
    }
}

fn cacert(text: &str) -> Result<PathBuf, String> {
    check(nowhere().cacert(text)).map(|()| text.into())
}
