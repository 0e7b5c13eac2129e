use std::marker::PhantomData;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_core::Hammer as _;

use crate::error::{Error, chain, explained};
use crate::job::{Job, Prepared};
use crate::load::LoadArgs;
use crate::output::OutputArgs;
use crate::{BuildError, Endpoint, HammerArgs};

/// A kind of hammer with its type erased: what the app has a list of.
pub(crate) trait Entry {
    fn name(&self) -> &'static str;
    fn schemes(&self) -> &'static [&'static str];
    fn command(&self) -> Command;
    /// The flags of the hammer and of its load, without those of the output.
    fn load_command(&self) -> Command;
    /// Takes what the flags of [`load_command`](Self::load_command) were given.
    fn prepare(&self, matches: &ArgMatches) -> Result<Box<dyn Prepared>, Error>;
    fn prepare_endpoint(
        &self,
        endpoint: Endpoint,
        load: LoadArgs,
    ) -> Result<Box<dyn Prepared>, Error>;
}

/// The entry of the hammer that `A` describes.
pub(crate) fn of<A: HammerArgs>() -> Box<dyn Entry> {
    Box::new(Of(PhantomData::<fn() -> A>))
}

struct Of<A>(PhantomData<fn() -> A>);

impl<A: HammerArgs> Of<A> {
    fn job(mut args: A, mut load: LoadArgs) -> Result<Box<dyn Prepared>, Error> {
        let (target, what, once) = (args.target(), args.hit(), args.once());
        let hammer = args
            .build(load.seed())
            .map_err(|error| refused::<A>(&error))?;
        if let Some(most) = hammer.most_hits() {
            load.at_most(most)?;
        }
        Ok(Box::new(Job {
            name: A::NAME,
            target,
            what,
            hammer,
            load,
            once,
        }))
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
        OutputArgs::augment_args(self.load_command()).about(A::ABOUT)
    }

    fn load_command(&self) -> Command {
        LoadArgs::augment_args(A::augment_args(Command::new(A::NAME)))
    }

    fn prepare(&self, matches: &ArgMatches) -> Result<Box<dyn Prepared>, Error> {
        let load = LoadArgs::from_arg_matches(matches)?;
        load.check()?;
        Self::job(A::from_arg_matches(matches)?, load)
    }

    fn prepare_endpoint(
        &self,
        endpoint: Endpoint,
        load: LoadArgs,
    ) -> Result<Box<dyn Prepared>, Error> {
        let args =
            A::from_endpoint(endpoint).map_err(|error| Error::Usage(chain(error.as_ref())))?;
        Self::job(args, load)
    }
}

/// Adds the flags that every run has. Clap takes what they say of themselves for what the command
/// is about, so that is to be said afterwards.
pub(crate) fn with_load(command: Command) -> Command {
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
        explained(error.as_ref())
    ))
}
