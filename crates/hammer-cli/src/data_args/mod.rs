//! Flags for values of hits, shared by all hammers with templates.

mod feed_arg;
#[cfg(feature = "http")]
mod login_template;
#[cfg(feature = "http")]
mod oauth_args;
mod token_args;
#[cfg(feature = "http")]
mod token_endpoint;
#[cfg(feature = "http")]
mod token_users;

use std::sync::Arc;

use clap::Args;
use hammer_data::TemplateScope;

use self::feed_arg::FeedArg;
#[cfg(feature = "http")]
use self::oauth_args::OauthArgs;
use self::token_args::TokenArgs;
use crate::HammerBuildError;
#[cfg(feature = "http")]
use crate::NetworkArgs;

/// Flags for values that vary between hits: rows of files, and tokens.
///
/// A hammer with templates flattens them into its own arguments and compiles its templates with
/// [`template_scope`](Self::template_scope).
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Values")]
#[group(skip)]
pub struct DataArgs {
    /// Rows of a file as {{FEEDER.column}}; repeatable
    ///
    /// Options follow the file, separated by commas: format=csv|jsonl|lines,
    /// order=turn|random|shuffled, once=end|stop, per=hit|slot|client and shard=K/N. Maximum size
    /// of a row: 16 MiB; of a pipe: 256 MiB. Files can have any size.
    #[arg(long, value_name = "FEEDER=FILE", value_parser = FeedArg::parse)]
    feed: Vec<FeedArg>,
    /// Send {{ literally, without expanding templates
    #[arg(long, conflicts_with = "feed")]
    no_templates: bool,
    #[command(flatten)]
    token: TokenArgs,
    #[cfg(feature = "http")]
    #[command(flatten)]
    oauth: OauthArgs,
    /// Network options for token endpoints.
    #[cfg(feature = "http")]
    #[arg(skip)]
    network: NetworkArgs,
}

impl DataArgs {
    /// Requests tokens with the trust and proxy settings of `network`.
    ///
    /// The default is the system's trust and the proxy of the environment. Needs the feature `http`, as
    /// token endpoints do.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn with_network(mut self, network: &NetworkArgs) -> Self {
        self.network = network.for_other_hosts();
        self
    }

    /// Returns the scope for compiling templates. `seed` is the seed of the run.
    ///
    /// Tokens are not fetched yet: a hammer waits for [`TemplateScope::ready`] in
    /// [`Hammer::prepare`](hammer_core::Hammer::prepare) and reports [`TemplateScope::warnings`].
    ///
    /// # Errors
    ///
    /// If two feeders have the same name, or the token flags cannot be combined.
    pub fn template_scope(&self, seed: u64) -> Result<TemplateScope, HammerBuildError> {
        let mut scope = TemplateScope::new().literal(self.no_templates);
        for feed in &self.feed {
            if scope.defines(feed.name()) {
                return Err(feed.duplicate_error().into());
            }
            scope = scope.feeder(feed.name(), Arc::new(feed.feeder(seed)));
        }
        let tokens = self.token.tokens();
        #[cfg(feature = "http")]
        let tokens = match tokens {
            None => (self.oauth).tokens(&self.feed, seed, &self.network, &self.token)?,
            tokens => tokens,
        };
        match tokens {
            Some(tokens) => Ok(scope.with_tokens(Arc::new(tokens))),
            None => self.token.check_without_source().map(|()| scope),
        }
    }
}
