//! Plans: from a file to loads that can run.

mod flag_table;
mod plan_builder;
mod read;

pub(crate) use plan_builder::{build, only_external_hammer};
pub(crate) use read::read;
