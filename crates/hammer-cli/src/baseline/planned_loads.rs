//! Loads before a run, for the comparison with another run.

use hammer_analysis::ComparableLoad;
use hammer_core::OpenOrClosedLoop;

use crate::execution::{RunnablePlan, RunnablePlanLoad};

/// The properties that a comparison requires, of the loads of a plan that has not run. Values of
/// variables are masked as in its report.
pub(crate) fn comparable_loads(plan: &RunnablePlan) -> Vec<ComparableLoad> {
    let mut loads: Vec<_> = plan.loads.iter().map(comparable_load).collect();
    for group in loads.iter_mut().flat_map(|load| &mut load.groups) {
        *group = plan.variables.mask(std::mem::take(group));
    }
    loads
}

fn comparable_load(planned: &RunnablePlanLoad) -> ComparableLoad {
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
        groups: load.groups(),
    }
}
