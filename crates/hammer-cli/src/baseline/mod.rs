//! The earlier run that a run is compared with.

mod baseline_run;
mod comparison;
mod planned_loads;

pub(crate) use baseline_run::BaselineRun;
pub(crate) use planned_loads::comparable_loads;
