//! Loads before a run, for the comparison with a baseline.

use hammer_analysis::ComparableLoad;
use hammer_core::OpenOrClosedLoop;
use hammer_plan::SubstitutedVariables;

use crate::execution::{RunnablePlan, RunnablePlanLoad};

/// The properties that a comparison requires, of the loads of a plan that has not run.
pub(super) fn comparable_loads(plan: &RunnablePlan) -> Vec<ComparableLoad> {
    let loads = plan.loads.iter();
    loads
        .map(|load| comparable_load(load, &plan.variables))
        .collect()
}

/// The names of the groups are those in the report, in which variables are masked.
fn comparable_load(planned: &RunnablePlanLoad, variables: &SubstitutedVariables) -> ComparableLoad {
    let groups = planned.load.groups().into_iter();
    let load = &planned.load;
    let schedule = load.schedule();
    ComparableLoad {
        name: planned.name.clone(),
        hammer: load.hammer().to_owned(),
        loop_kind: match schedule.shape().is_closed_loop() {
            true => OpenOrClosedLoop::Closed,
            false => OpenOrClosedLoop::Open,
        },
        is_user_pool: load.is_user_pool(),
        shape: schedule.shape().to_string(),
        arrivals: schedule.arrivals(),
        warmup_s: load.warmup().as_secs_f64(),
        groups: groups.map(|it| variables.mask_target(it)).collect(),
    }
}
