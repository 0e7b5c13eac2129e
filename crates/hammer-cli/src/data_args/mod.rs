//! Where the values of hits come from: the flags that all hammers with templates have.

mod feed;

use std::sync::Arc;

use clap::Args;
use hammer_data::Words;

use self::feed::Feed;
use crate::BuildError;

/// The flags of values that differ from hit to hit: the rows of files. A hammer that takes texts flattens
/// them into its own, and compiles its texts with the [`words`](Self::words).
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
}

impl DataArgs {
    /// What templates may use. `seed` is that of the run.
    ///
    /// # Errors
    ///
    /// If two feeders have one name.
    pub fn words(&self, seed: u64) -> Result<Words, BuildError> {
        let mut words = Words::new().literal(self.no_templates);
        for feed in &self.feed {
            if words.knows(feed.name()) {
                return Err(feed.twice().into());
            }
            words = words.feeder(feed.name(), Arc::new(feed.feeder(seed)));
        }
        Ok(words)
    }
}
