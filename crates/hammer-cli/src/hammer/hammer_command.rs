//! Kinds of hammers with their types erased.

use std::marker::PhantomData;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_core::Hammer as _;
use hammer_diagnostic::chain;

use super::flag_conflicts::{self, FlagConflict};
use crate::HammerArgs;
use crate::args::{EndpointArgs, LoadArgs, OutputArgs, with_short_help};
use crate::error::Error;
use crate::execution::{RunnableLoad, TypedLoad};
use crate::find;

/// A kind of hammer with its type erased.
pub(crate) trait HammerCommand {
    fn name(&self) -> &'static str;
    fn schemes(&self) -> &'static [&'static str];
    /// Checks that all names in the arguments of the hammer are free.
    fn check(&self) -> Result<(), FlagConflict>;
    fn command(&self) -> Command;
    /// The command with the flags of the hammer and its load, without output flags.
    fn load_command(&self) -> Command;
    /// The command of a search with the hammer.
    fn find_command(&self) -> Command;
    /// Builds the hammer from the matches of [`load_command`](Self::load_command).
    fn prepare(&self, matches: &ArgMatches) -> Result<Box<dyn RunnableLoad>, Error>;
    fn prepare_endpoint(
        &self,
        endpoint: EndpointArgs,
        load: LoadArgs,
    ) -> Result<Box<dyn RunnableLoad>, Error>;
}

/// Erases the type `A`.
pub(crate) fn erased<A: HammerArgs>() -> Box<dyn HammerCommand> {
    Box::new(TypedHammerCommand(PhantomData::<fn() -> A>))
}

struct TypedHammerCommand<A>(PhantomData<fn() -> A>);

impl<A: HammerArgs> TypedHammerCommand<A> {
    fn typed_load(mut args: A, mut load: LoadArgs) -> Result<Box<dyn RunnableLoad>, Error> {
        let (target, hit_description) = (args.target(), args.describe_hit());
        let warnings = args.warnings();
        let once_renderer = args.once_renderer();
        let hit_describer = args.hit_describer();
        let hammer = args
            .build(load.engine().seed())
            .map_err(|error| Error::from_build_error(A::NAME, error.as_ref()))?;
        if let Some(max_hits) = hammer.describe().max_hits {
            load.limit_hits(max_hits)?;
        }
        Ok(Box::new(TypedLoad {
            name: A::NAME,
            names_are_known: A::REPORTS_KNOWN_NAMES,
            target,
            hit_description,
            hit_describer,
            warnings,
            hammer,
            load,
            once_renderer,
        }))
    }
}

impl<A: HammerArgs> HammerCommand for TypedHammerCommand<A> {
    fn name(&self) -> &'static str {
        A::NAME
    }

    fn schemes(&self) -> &'static [&'static str] {
        A::SCHEMES
    }

    fn check(&self) -> Result<(), FlagConflict> {
        flag_conflicts::find_conflict::<A>()
    }

    fn command(&self) -> Command {
        let command = LoadArgs::augment_args(A::augment_args(Command::new(A::NAME)));
        let command = flag_conflicts::give_way::<A>(OutputArgs::augment_args(command));
        let command = command.about(A::ABOUT);
        match (A::COMMON_ARGS, A::EXAMPLES) {
            ([], "") => command,
            (shown, examples) => with_short_help(command, shown, examples, ""),
        }
    }

    fn load_command(&self) -> Command {
        let command = LoadArgs::augment_args(A::augment_args(Command::new(A::NAME)));
        flag_conflicts::give_way::<A>(command)
    }

    fn find_command(&self) -> Command {
        let command = find::hammer_command(self.load_command(), A::COMMON_ARGS, A::ABOUT);
        flag_conflicts::give_way::<A>(command)
    }

    fn prepare(&self, matches: &ArgMatches) -> Result<Box<dyn RunnableLoad>, Error> {
        let load = LoadArgs::from_arg_matches(matches)?;
        load.check()?;
        Self::typed_load(A::from_arg_matches(matches)?, load)
    }

    fn prepare_endpoint(
        &self,
        endpoint: EndpointArgs,
        load: LoadArgs,
    ) -> Result<Box<dyn RunnableLoad>, Error> {
        let args =
            A::from_endpoint(endpoint).map_err(|error| Error::Usage(chain(error.as_ref())))?;
        Self::typed_load(args, load)
    }
}

/// Adds the flags for load and output.
///
/// Clap takes the doc comments of these structs for the command's description, so set `about`
/// afterwards.
pub(crate) fn with_load_args(command: Command) -> Command {
    OutputArgs::augment_args(LoadArgs::augment_args(command))
}

/// Reads and checks the flags of [`with_load_args`].
#[cfg(feature = "demo")]
pub(crate) fn parse_load_args(matches: &ArgMatches) -> Result<(LoadArgs, OutputArgs), Error> {
    let load = LoadArgs::from_arg_matches(matches)?;
    load.check()?;
    Ok((load, OutputArgs::from_arg_matches(matches)?))
}
