//! Where the values of hits come from: the flags that all hammers with templates have.

mod endpoint;
mod feed;
mod login;
mod oauth_args;
mod owners;
mod token_args;

use std::sync::Arc;

use clap::Args;
use hammer_data::Words;

use self::feed::Feed;
use self::token_args::TokenArgs;
use crate::{BuildError, NetworkArgs};

/// The flags of values that differ from hit to hit: the rows of files, and tokens. A hammer that takes
/// texts flattens them into its own, and compiles its texts with the [`words`](Self::words).
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Values")]
#[group(skip)]
pub struct DataArgs {
    /// Rows of a file, as {{FEEDER.column}}; with ,format= ,order= ,once= ,per= ,shard=; repeatable
    #[arg(long, value_name = "FEEDER=FILE", value_parser = Feed::parse)]
    feed: Vec<Feed>,
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
    pub fn over(mut self, network: &NetworkArgs) -> Self {
        self.network = network.to_others();
        self
    }

    /// What templates may use. `seed` is that of the run.
    ///
    /// Where there are tokens none is fetched yet: a hammer waits for [`Words::ready`] in
    /// [`Hammer::prepare`](hammer_core::Hammer::prepare), and tells [`Words::doubts`].
    ///
    /// # Errors
    ///
    /// If two feeders have one name, or the flags of tokens do not go together.
    pub fn words(&self, seed: u64) -> Result<Words, BuildError> {
        let mut words = Words::new().literal(self.no_templates);
        for feed in &self.feed {
            if words.knows(feed.name()) {
                return Err(feed.twice().into());
            }
            words = words.feeder(feed.name(), Arc::new(feed.feeder(seed)));
        }
        let tokens = self.token.tokens(&self.feed, seed, &self.network)?;
        Ok(match tokens {
            Some(tokens) => words.tokens(Arc::new(tokens)),
            None => words,
        })
    }
}
