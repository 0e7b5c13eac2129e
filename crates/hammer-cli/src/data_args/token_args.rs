//! Flags for the source of tokens.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hammer_data::credential::{TokenCommand, TokenSource, TokenStore, WatchedTokenFile};
use hammer_net::SecretString;

use super::feed_arg::FeedArg;
use super::oauth_args::OauthArgs;
use crate::{HammerBuildError, NetworkArgs, parsers::duration};

/// Default of `--token-timeout`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Flags for the source of tokens.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub(super) struct TokenArgs {
    /// Command that prints a token for {{token}}
    #[arg(long, value_name = "COMMAND", value_parser = parse_secret)]
    #[arg(conflicts_with_all = ["token_file", "oauth_url"])]
    token_cmd: Option<SecretString>,
    /// File with a token for {{token}}; checked every second
    ///
    /// It has at most 1 MiB.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["oauth_url", "token_lifetime"])]
    token_file: Option<PathBuf>,
    /// Assumed token lifetime if the source gives none
    ///
    /// Tokens are renewed before they expire.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    token_lifetime: Option<Duration>,
    /// Maximum time to get a token [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    token_timeout: Option<Duration>,
    #[command(flatten)]
    oauth: OauthArgs,
}

impl TokenArgs {
    /// Creates the token store if these flags ask for one.
    pub(super) fn tokens(
        &self,
        feeds: &[FeedArg],
        seed: u64,
        network: &NetworkArgs,
    ) -> Result<Option<TokenStore>, HammerBuildError> {
        let timeout = self.token_timeout.unwrap_or(DEFAULT_TIMEOUT);
        let single = |source: Box<dyn TokenSource>| Ok(Some(TokenStore::new(vec![source])));
        if let Some(SecretString(command)) = &self.token_cmd {
            let mut command = TokenCommand::new(command).timeout(timeout);
            if let Some(lifetime) = self.token_lifetime {
                command = command.lifetime(lifetime);
            }
            return single(Box::new(command));
        }
        if let Some(path) = &self.token_file {
            return single(Box::new(WatchedTokenFile::new(path)));
        }
        let lifetime = self.token_lifetime;
        self.oauth.tokens(feeds, seed, network, timeout, lifetime)
    }
}

fn parse_secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString(text.to_owned()))
}
