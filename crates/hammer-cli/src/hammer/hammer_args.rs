//! The trait `HammerArgs`: command line arguments of a kind of hammer.

use std::error::Error;

use hammer_core::{Hammer, Hit, SingleHitResult};

use crate::EndpointArgs;

/// An error from building a hammer. It is printed in one line with its sources.
pub type HammerBuildError = Box<dyn Error + Send + Sync>;

/// Renders a single hit, as the text to print. Its advice names the flags of the command.
pub type SingleHitRenderer = Box<dyn FnOnce(&SingleHitResult) -> String + Send>;

/// Describes a hit with its values in one line, without secrets, or returns `None` if a value is
/// known only in a run.
pub type HitDescriber<H> = Box<dyn Fn(&H, &Hit) -> Option<String> + Send>;

/// The command line arguments of one kind of hammer.
///
/// Derive [`clap::Args`] for the hammer's own flags. Check values with clap value parsers: the error then
/// names the flag.
///
/// [`App`](crate::App) adds the flags for load, output and thresholds. Their long names are taken, and so
/// are the names of their fields, such as `rate`; [`testing::check_args`](crate::testing::check_args) checks
/// this in a test. Short flags and aliases of your own replace those of the app. No flag of this crate will
/// ever begin with the name of a hammer, as `--redis-key` does.
pub trait HammerArgs: clap::Args + 'static {
    /// Name of the subcommand, and the `NAME` of a program called `hammer-NAME`.
    const NAME: &'static str;
    /// Summary for `--help`, in one line.
    const ABOUT: &'static str;
    /// URL schemes for which `run --endpoint` selects this hammer.
    const SCHEMES: &'static [&'static str] = &[];

    /// Ids of the hammer's own arguments that `-h` shows, in addition to common ones such as the rate. Without
    /// any, and without [`EXAMPLES`](Self::EXAMPLES), `-h` shows all arguments.
    const COMMON_ARGS: &'static [&'static str] = &[];
    /// Examples at the end of the help: one command per line.
    const EXAMPLES: &'static str = "";

    /// True if the `hammer` command knows all failures, labels and phases that the hammer reports. Others
    /// are then refused in thresholds.
    #[doc(hidden)]
    const REPORTS_KNOWN_NAMES: bool = false;

    /// The hammer that these arguments build.
    type Hammer: Hammer;

    /// Returns the name of the target in the report.
    fn target(&self) -> String;

    /// Describes a hit in one line, such as `GET http://127.0.0.1/`, for the dry run.
    ///
    /// The default is the names of the hammer and the target.
    fn describe_hit(&self) -> String {
        format!("{} {}", Self::NAME, self.target())
    }

    /// Returns warnings about the arguments, which are printed before the run.
    ///
    /// The default returns nothing.
    fn warnings(&self) -> Vec<String> {
        vec![]
    }

    /// Builds the hammer without sending anything; a dry run builds it, too.
    ///
    /// `seed` is the seed of the run, for randomness outside [`Hit::rng`](hammer_core::Hit::rng),
    /// such as the order of rows.
    ///
    /// # Errors
    ///
    /// If the arguments are invalid. The command ends with exit code 2.
    fn build(self, seed: u64) -> Result<Self::Hammer, HammerBuildError>;

    /// Returns the renderer of a single hit if the arguments ask for one hit instead of a run.
    ///
    /// It is called before [`build`](Self::build), so that the renderer and the hammer can share a
    /// recorder. The default returns `None`.
    fn once_renderer(&mut self) -> Option<SingleHitRenderer> {
        None
    }

    /// Returns the description of single hits, for the dry run.
    ///
    /// It is called before [`build`](Self::build), so that it can learn which values are secrets. The
    /// default returns `None`: each hit is described by [`describe_hit`](Self::describe_hit).
    fn hit_describer(&mut self) -> Option<HitDescriber<Self::Hammer>> {
        None
    }

    /// Converts the arguments of `run --endpoint`. The default returns an error.
    ///
    /// # Errors
    ///
    /// If this kind of hammer does not support the endpoint.
    fn from_endpoint(endpoint: EndpointArgs) -> Result<Self, HammerBuildError> {
        drop(endpoint);
        Err(format!(
            "the {} hammer does not support `run --endpoint`",
            Self::NAME
        )
        .into())
    }
}
