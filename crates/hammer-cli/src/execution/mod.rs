//! Execution of a run, which is a plan of one or several loads.

mod abort_monitor;
mod look;
mod once;
mod plan_executor;
mod plan_monitor;
mod report_mask;
mod run_thresholds;
mod runnable_load;
mod runnable_plan;
mod typed_load;

pub(crate) use look::{Look, LookSeries};
pub(crate) use plan_executor::{start, start_load};
pub(crate) use report_mask::mask_report;
pub(crate) use run_thresholds::RunThresholds;
pub(crate) use runnable_load::{LoadResult, RunOptions, RunnableLoad};
pub(crate) use runnable_plan::{RunnablePlan, RunnablePlanLoad};
pub(crate) use typed_load::TypedLoad;
