//! Kinds of hammers: their arguments, and their commands.

pub(crate) mod flag_conflicts;
mod hammer_args;
mod hammer_command;
mod pick;

pub use hammer_args::{HammerArgs, HammerBuildError, HitDescriber, SingleHitRenderer};
#[cfg(feature = "demo")]
pub(crate) use hammer_command::parse_load_args;
pub(crate) use hammer_command::{HammerCommand, erased, with_load_args};
pub(crate) use pick::{external_name, pick_by_name, pick_by_scheme};
