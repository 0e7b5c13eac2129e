//! Kinds of hammers: their arguments, and their commands.

mod hammer_args;
mod hammer_command;
mod pick;

pub use hammer_args::{HammerArgs, HammerBuildError, HitDescriber, SingleHitRenderer};
pub(crate) use hammer_command::{HammerCommand, erased, parse_load_args, with_load_args};
pub(crate) use pick::{pick_by_name, pick_by_scheme};
