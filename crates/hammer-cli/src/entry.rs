use std::marker::PhantomData;

use clap::{ArgMatches, Command, FromArgMatches};

use crate::error::{Error, chain};
use crate::exit::Exit;
use crate::load::LoadArgs;
use crate::output::OutputArgs;
use crate::runner::Job;
use crate::{BuildError, Endpoint, HammerArgs};

/// A kind of hammer with its type erased: what the app has a list of.
pub(crate) trait Entry {
    fn name(&self) -> &'static str;
    fn schemes(&self) -> &'static [&'static str];
    fn command(&self) -> Command;
    fn run(&self, matches: &ArgMatches) -> Result<Exit, Error>;
    fn run_endpoint(
        &self,
        endpoint: Endpoint,
        load: &LoadArgs,
        output: &OutputArgs,
    ) -> Result<Exit, Error>;
}

/// The entry of the hammer that `A` describes.
pub(crate) fn of<A: HammerArgs>() -> Box<dyn Entry> {
    Box::new(Of(PhantomData::<fn() -> A>))
}

struct Of<A>(PhantomData<fn() -> A>);

impl<A: HammerArgs> Of<A> {
    fn swing(args: A, load: &LoadArgs, output: &OutputArgs) -> Result<Exit, Error> {
        let target = args.target();
        let hammer = args.build().map_err(|error| refused::<A>(&error))?;
        Job {
            name: A::NAME,
            target,
            hammer,
        }
        .execute(load, output)
    }
}

impl<A: HammerArgs> Entry for Of<A> {
    fn name(&self) -> &'static str {
        A::NAME
    }

    fn schemes(&self) -> &'static [&'static str] {
        A::SCHEMES
    }

    fn command(&self) -> Command {
        with_load(A::augment_args(Command::new(A::NAME))).about(A::ABOUT)
    }

    fn run(&self, matches: &ArgMatches) -> Result<Exit, Error> {
        let (load, output) = load_of(matches)?;
        Self::swing(A::from_arg_matches(matches)?, &load, &output)
    }

    fn run_endpoint(
        &self,
        endpoint: Endpoint,
        load: &LoadArgs,
        output: &OutputArgs,
    ) -> Result<Exit, Error> {
        let args =
            A::from_endpoint(endpoint).map_err(|error| Error::Usage(chain(error.as_ref())))?;
        Self::swing(args, load, output)
    }
}

/// Adds the flags that every run has. Clap takes what they say of themselves for what the command
/// is about, so that is to be said afterwards.
pub(crate) fn with_load(command: Command) -> Command {
    use clap::Args;
    OutputArgs::augment_args(LoadArgs::augment_args(command))
}

/// What the flags of [`with_load`] were given.
pub(crate) fn load_of(matches: &ArgMatches) -> Result<(LoadArgs, OutputArgs), Error> {
    let load = LoadArgs::from_arg_matches(matches)?;
    load.check()?;
    Ok((load, OutputArgs::from_arg_matches(matches)?))
}

fn refused<A: HammerArgs>(error: &BuildError) -> Error {
    Error::Usage(format!(
        "failed to build the {} hammer: {}",
        A::NAME,
        chain(error.as_ref())
    ))
}
