//! Loads before a run, for the comparison with another run.

use hammer_analysis::ComparableLoad;
use hammer_core::OpenOrClosedLoop;
use hammer_plan::SubstitutedVariables;

use crate::execution::{RunnablePlan, RunnablePlanLoad};

/// The properties that a comparison requires, of the loads of a plan that has not run.
pub(crate) fn comparable_loads(plan: &RunnablePlan) -> Vec<ComparableLoad> {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hammer_core::{Rate, ResourceNeeds, RunEvent, Schedule};
    use hammer_plan::ParsedPlanFile;

    use super::*;
    use crate::dry_run::LoadForecast;
    use crate::error::Error;
    use crate::execution::{LoadResult, RunOptions, RunnableLoad};

    struct GroupedLoad;

    impl RunnableLoad for GroupedLoad {
        fn hammer(&self) -> &str {
            "grouped"
        }

        fn target(&self) -> &str {
            ""
        }

        fn schedule(&self) -> Schedule {
            Schedule::constant(Rate::per_second(10)).with_duration(Duration::from_secs(1))
        }

        fn groups(&self) -> Vec<String> {
            vec!["GET /items/key-4711".into(), "GET /".into()]
        }

        fn needs(&self, _threads: usize) -> ResourceNeeds {
            unreachable!("nothing runs")
        }

        fn forecast(&self) -> LoadForecast {
            unreachable!("nothing is described")
        }

        fn run(
            self: Box<Self>,
            _options: RunOptions,
            _on_event: &mut dyn FnMut(&RunEvent<'_>),
        ) -> Result<LoadResult, Error> {
            unreachable!("nothing runs")
        }
    }

    /// The groups of a run are masked. They were compared with those of the plan as they are.
    #[test]
    fn groups_are_masked_as_in_the_report() {
        let text = "[[load]]\ntarget = 'http://127.0.0.1/${KEY}'\n";
        let variable = |name: &str| (name == "KEY").then(|| "key-4711".to_owned());
        let file = ParsedPlanFile::parse("plan.toml", text, variable).expect("a plan");
        let mut plan = RunnablePlan::of_one(Box::new(GroupedLoad));
        plan.variables = file.variables().clone();
        let loads = comparable_loads(&plan);
        assert_eq!(loads[0].groups, ["GET /items/${KEY}", "GET /"]);
    }
}
