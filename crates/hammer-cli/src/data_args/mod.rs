//! Where the values of hits come from: the flags that all hammers with templates have.

mod feed_arg;
mod login_template;
mod oauth_args;
mod token_args;
mod token_endpoint;
mod token_users;

use std::sync::Arc;

use clap::Args;
use hammer_data::TemplateScope;

use self::feed_arg::FeedArg;
use self::token_args::TokenArgs;
use crate::{BuildError, NetworkArgs};

/// The flags of values that differ from hit to hit: the rows of files, and tokens. A hammer that takes
/// texts flattens them into its own, and compiles its texts with the [`words`](Self::words).
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Values")]
#[group(skip)]
pub struct DataArgs {
    /// Rows of a file, as {{FEEDER.column}}; with ,format= ,order= ,once= ,per= ,shard=; repeatable
    #[arg(long, value_name = "FEEDER=FILE", value_parser = FeedArg::parse)]
    feed: Vec<FeedArg>,
    /// Send {{ as it stands
    #[arg(long, conflicts_with = "feed")]
    no_templates: bool,
    #[command(flatten)]
    token: TokenArgs,
    /// The way to a token endpoint.
    #[arg(skip)]
    network: NetworkArgs,
}

impl DataArgs {
    /// Tokens are asked for over such a network: whom it trusts, and by which proxy. Where it is not
    /// said, whom the system trusts, by the proxy that the environment names.
    #[must_use]
    pub fn with_network(mut self, network: &NetworkArgs) -> Self {
        self.network = network.for_other_hosts();
        self
    }

    /// What templates may use. `seed` is that of the run.
    ///
    /// Where there are tokens none is fetched yet: a hammer waits for [`TemplateScope::ready`] in
    /// [`Hammer::prepare`](hammer_core::Hammer::prepare), and tells [`TemplateScope::doubts`].
    ///
    /// # Errors
    ///
    /// If two feeders have one name, or the flags of tokens do not go together.
    pub fn template_scope(&self, seed: u64) -> Result<TemplateScope, BuildError> {
        let mut words = TemplateScope::new().literal(self.no_templates);
        for feed in &self.feed {
            if words.defines(feed.name()) {
                return Err(feed.duplicate_error().into());
            }
            words = words.feeder(feed.name(), Arc::new(feed.feeder(seed)));
        }
        let tokens = self.token.tokens(&self.feed, seed, &self.network)?;
        Ok(match tokens {
            Some(tokens) => words.with_tokens(Arc::new(tokens)),
            None => words,
        })
    }
}
