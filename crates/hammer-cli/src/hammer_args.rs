use std::error::Error;

use hammer_core::{Hammer, Report};

use crate::EndpointArgs;

/// Why no hammer could be built from its arguments; printed as one line, with its sources.
pub type BuildError = Box<dyn Error + Send + Sync>;

/// Tells of a single hit, from the report that it made. The text is printed as it is.
pub type OnceRenderer = Box<dyn FnOnce(&Report) -> String + Send>;

/// The command line arguments of one kind of hammer.
///
/// Derive [`clap::Args`] for what the hammer needs to know; the flags of the load and of the output
/// come from [`App`](crate::App), and so does `--dry-run`. Their names are taken: `-r -z -n -c -t -o -q`, `--rate`,
/// `--duration`, `--hits`, `--max-in-flight`, `--timeout`, `--threads`, `--seed`, `--drain`,
/// `--output`, `--quiet`, `--require-valid`. Give bad values a clap value parser: then the message
/// names the flag.
pub trait HammerArgs: clap::Args + 'static {
    /// The subcommand, and the `NAME` of a program called `hammer-NAME`.
    const NAME: &'static str;
    /// One line for `--help`.
    const ABOUT: &'static str;
    /// The URL schemes by which `run --endpoint` picks this hammer.
    const SCHEMES: &'static [&'static str] = &[];

    /// What these arguments build.
    type Hammer: Hammer;

    /// What the report calls the target.
    fn target(&self) -> String;

    /// What one hit does, in one line: `GET http://127.0.0.1/`. A dry run prints it.
    ///
    /// The default is the name of the hammer and the target.
    fn describe_hit(&self) -> String {
        format!("{} {}", Self::NAME, self.target())
    }

    /// Builds the hammer. Nothing is sent yet, and a dry run builds it as well.
    ///
    /// `seed` is that of the run, for what is left to chance outside of [`Hit::rng`](hammer_core::Hit::rng):
    /// the order of rows, say.
    ///
    /// # Errors
    ///
    /// If the arguments do not make a hammer. The command ends with exit code 2.
    fn build(self, seed: u64) -> Result<Self::Hammer, BuildError>;

    /// What tells of a single hit, if these arguments ask for one hit to be shown in place of a run.
    ///
    /// It is asked for before [`build`](Self::build), so that what it tells can come from something
    /// that the hammer writes into. The default is never.
    fn once_renderer(&mut self) -> Option<OnceRenderer> {
        None
    }

    /// These arguments from what `run --endpoint` was given. The default refuses.
    ///
    /// # Errors
    ///
    /// If this kind of hammer can't do what the endpoint says.
    fn from_endpoint(endpoint: EndpointArgs) -> Result<Self, BuildError> {
        drop(endpoint);
        Err(format!("the {} hammer is not for `run --endpoint`", Self::NAME).into())
    }
}
