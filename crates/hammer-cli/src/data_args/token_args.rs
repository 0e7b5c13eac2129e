//! Flags for the source of tokens.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hammer_data::credential::{TokenCommand, TokenSource, TokenStore, WatchedTokenFile};
use hammer_diagnostic::SecretString;

use crate::{HammerBuildError, parsers::duration};

/// Default of `--token-timeout`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Settings that can be the source of tokens with a lifetime.
const LIFETIME_SOURCES: &str = if cfg!(feature = "http") {
    "`token_cmd` or `oauth_url`"
} else {
    "`token_cmd`"
};

/// Flags for the source of tokens.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub(super) struct TokenArgs {
    /// Command that prints a token for {{token}}
    #[arg(long, value_name = "COMMAND", value_parser = parse_secret)]
    #[arg(conflicts_with = "token_file")]
    #[cfg_attr(feature = "http", arg(conflicts_with = "oauth_url"))]
    token_cmd: Option<SecretString>,
    /// File with a token for {{token}}; checked every second
    ///
    /// Maximum file size: 1 MiB.
    #[arg(long, value_name = "FILE", conflicts_with = "token_lifetime")]
    #[cfg_attr(feature = "http", arg(conflicts_with = "oauth_url"))]
    token_file: Option<PathBuf>,
    /// Assumed token lifetime if the source gives none
    ///
    /// Tokens are renewed before they expire.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    token_lifetime: Option<Duration>,
    /// Maximum time to get a token [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    token_timeout: Option<Duration>,
}

impl TokenArgs {
    /// Maximum time to get a token.
    pub(super) fn timeout(&self) -> Duration {
        self.token_timeout.unwrap_or(DEFAULT_TIMEOUT)
    }

    /// The assumed lifetime of tokens, if given.
    #[cfg(feature = "http")]
    pub(super) fn lifetime(&self) -> Option<Duration> {
        self.token_lifetime
    }

    /// Creates the token store if these flags name a command or a file.
    pub(super) fn tokens(&self) -> Option<TokenStore> {
        let single = |source: Box<dyn TokenSource>| Some(TokenStore::new(vec![source]));
        if let Some(SecretString(command)) = &self.token_cmd {
            let mut command = TokenCommand::new(command).timeout(self.timeout());
            if let Some(lifetime) = self.token_lifetime {
                command = command.lifetime(lifetime);
            }
            return single(Box::new(command));
        }
        if let Some(path) = &self.token_file {
            return single(Box::new(WatchedTokenFile::new(path)));
        }
        None
    }

    /// Refuses flags that have no effect if there is no source of tokens.
    pub(super) fn check_without_source(&self) -> Result<(), HammerBuildError> {
        match self.token_lifetime {
            Some(_) => Err(format!("`token_lifetime`: requires {LIFETIME_SOURCES}").into()),
            None => Ok(()),
        }
    }
}

fn parse_secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString(text.to_owned()))
}
