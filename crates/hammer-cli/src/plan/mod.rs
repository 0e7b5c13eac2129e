//! Plans: from a file to loads that run at the same time, with one report.

mod arguments;
mod assembly;
mod command;
mod loads;
mod progress;
mod read;
mod so_far;

pub(crate) use assembly::{Assembly, NamedLoad, shapes};
pub(crate) use command::{NAME, command, run};
pub(crate) use loads::execute;
pub(crate) use read::read;
