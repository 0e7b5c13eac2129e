//! Plans: from a file to loads that can run.

mod command;
mod flag_table;
mod plan_builder;
mod read;

pub(crate) use command::{NAME, command, run};
pub(crate) use plan_builder::build;
pub(crate) use read::read;
