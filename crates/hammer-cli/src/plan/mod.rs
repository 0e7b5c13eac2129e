//! Plans: from a file to loads that run at the same time, with one report.

mod command;
mod execution;
mod flag_table;
mod plan_measurements;
mod plan_progress;
mod read;
mod runnable_plan;

pub(crate) use command::{NAME, command, run};
pub(crate) use execution::execute;
pub(crate) use read::read;
pub(crate) use runnable_plan::{RunnablePlan, RunnablePlanLoad, named_shapes};
