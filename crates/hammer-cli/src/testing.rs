//! Checks for the tests of a program with its own hammers.

use clap::Command;

use crate::HammerArgs;
use crate::args::OutputKind;
use crate::hammer::flag_conflicts;

pub use crate::hammer::flag_conflicts::FlagConflict;

/// Checks the arguments of a hammer: that no flag has a name that is taken, and that a plan can set each.
///
/// The flags of every hammer and of [groups](crate#cargo-features) that it flattens are taken. A program
/// with a conflict does not start. A test finds it first, also after an update of this crate:
///
/// ```
/// # #[derive(clap::Args)]
/// # struct EchoArgs {}
/// # impl hammer_cli::HammerArgs for EchoArgs {
/// #     const NAME: &'static str = "echo";
/// #     const ABOUT: &'static str = "Hit an echo server";
/// #     type Hammer = EchoHammer;
/// #     fn target(&self) -> String { String::new() }
/// #     fn build(self, _: u64) -> Result<Self::Hammer, hammer_cli::HammerBuildError> { Ok(EchoHammer) }
/// # }
/// # struct EchoHammer;
/// # impl hammer_core::Hammer for EchoHammer {
/// #     type Session = ();
/// #     async fn open(&self, _: &hammer_core::Slot) -> Result<(), hammer_core::Failure> { Ok(()) }
/// #     async fn hit(&self, _: &mut (), _: &mut hammer_core::Hit) -> Result<hammer_core::Outcome, hammer_core::Failure> { Ok(hammer_core::Outcome::ok("echo")) }
/// # }
/// // In a test:
/// hammer_cli::testing::check_args::<EchoArgs>()?;
/// # Ok::<(), hammer_cli::testing::FlagConflict>(())
/// ```
///
/// # Errors
///
/// If a name is taken.
///
/// # Panics
///
/// If clap finds another mistake in the arguments, in a debug build.
pub fn check_args<A: HammerArgs>() -> Result<(), FlagConflict> {
    flag_conflicts::find_conflict::<A>()?;
    flag_conflicts::find_unreachable::<A>()?;
    crate::hammer::erased::<A>().command().debug_assert();
    Ok(())
}

/// The flags that every hammer has and no hammer can define, such as `--rate`, without short flags and
/// aliases, which give way.
#[must_use]
pub fn reserved_flags() -> Vec<String> {
    let load = crate::hammer::with_load_args(Command::new("load"));
    let longs = load.get_arguments().filter_map(clap::Arg::get_long);
    let mut flags: Vec<_> = longs.map(|long| format!("--{long}")).collect();
    flags.sort_unstable();
    flags
}

/// The kinds of `--output`, such as `json`, in the order of the docs.
#[must_use]
pub fn output_kinds() -> Vec<&'static str> {
    OutputKind::ALL.map(OutputKind::as_str).into()
}
