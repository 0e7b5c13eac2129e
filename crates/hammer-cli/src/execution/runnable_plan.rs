//! Loads that run at the same time.

use std::thread;
use std::time::Duration;

use hammer_core::ResourceNeeds;
use hammer_plan::{LoadOutline, SubstitutedVariables};

use super::RunnableLoad;
use super::once::SingleHitJob;
use crate::setting_names::SettingNames;

/// Loads that run at the same time. A run without a plan is a plan of one load.
pub(crate) struct RunnablePlan {
    /// The name of the file; empty without one.
    pub(crate) name: String,
    pub(crate) loads: Vec<RunnablePlanLoad>,
    /// Names of the settings in messages.
    pub(crate) setting_names: SettingNames,
    /// Environment variables whose values messages must not repeat.
    pub(crate) variables: SubstitutedVariables,
}

/// A load of a plan.
pub(crate) struct RunnablePlanLoad {
    pub(crate) name: String,
    /// The start after that of the plan.
    pub(crate) offset: Duration,
    pub(crate) load: Box<dyn RunnableLoad>,
}

impl RunnablePlan {
    /// Makes the plan of a run without a plan.
    pub(crate) fn of_one(load: Box<dyn RunnableLoad>) -> Self {
        let load = RunnablePlanLoad {
            name: String::new(),
            offset: Duration::ZERO,
            load,
        };
        Self {
            name: String::new(),
            loads: vec![load],
            setting_names: SettingNames::Flags,
            variables: SubstitutedVariables::default(),
        }
    }

    /// Returns the load if the plan has only one, which starts with the plan.
    ///
    /// Its outputs do not have the name of the load.
    pub(crate) fn single_load(&self) -> Option<&RunnablePlanLoad> {
        match &self.loads[..] {
            [load] if load.offset.is_zero() => Some(load),
            _ => None,
        }
    }

    /// Takes the single hit that the only load asks for in its place, if it does.
    pub(super) fn single_hit(&mut self) -> Option<SingleHitJob<'_>> {
        match &mut self.loads[..] {
            [only] => only.load.single_hit(),
            _ => None,
        }
    }

    /// Outlines of the loads, for checking thresholds.
    pub(crate) fn outlines(&self) -> Vec<LoadOutline> {
        let outline = |load: &RunnablePlanLoad| {
            let schedule = load.load.schedule();
            LoadOutline::new(&load.name, schedule.shape().clone())
                .with_groups(load.load.groups())
                .with_length(schedule.duration())
        };
        self.loads.iter().map(outline).collect()
    }

    /// Returns true if this command knows the names of failures, labels and phases of all loads.
    pub(crate) fn names_are_known(&self) -> bool {
        self.loads.iter().all(|load| load.load.names_are_known())
    }

    /// Default number of threads of a load: its share of the cores.
    pub(crate) fn threads(&self) -> usize {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (cores / self.loads.len()).max(1)
    }

    /// The resources that all loads need together.
    pub(crate) fn needs(&self) -> ResourceNeeds {
        let loads = self.loads.iter();
        ResourceNeeds::combined(loads.map(|load| load.load.needs(self.threads())))
    }

    /// Start offsets of the warm-ups.
    ///
    /// The start of the plan is delayed so that each warm-up ends at the offset of its load.
    pub(crate) fn start_offsets(&self) -> Vec<Duration> {
        let loads = self.loads.iter();
        start_offsets(loads.map(|load| (load.offset, load.load.warmup()))).collect()
    }
}

/// Start offsets of the warm-ups, from the offset and warm-up of each load.
fn start_offsets(
    loads: impl Iterator<Item = (Duration, Duration)> + Clone,
) -> impl Iterator<Item = Duration> {
    let ahead = |(offset, warmup): (Duration, Duration)| warmup.saturating_sub(offset);
    let start = loads.clone().map(ahead).max().unwrap_or_default();
    loads.map(move |(offset, warmup)| (start + offset).saturating_sub(warmup))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_ups_end_when_their_loads_start() {
        for (loads, offsets) in [
            (vec![(0, 0)], vec![0]),
            (vec![(0, 10)], vec![0]),
            (vec![(0, 0), (5, 0)], vec![0, 5]),
            (vec![(0, 10), (0, 0)], vec![0, 10]),
            (vec![(0, 10), (5, 10), (0, 3)], vec![0, 5, 7]),
            (vec![(30, 10), (0, 0)], vec![20, 0]),
            (vec![(5, 10), (0, 2)], vec![0, 3]),
        ] {
            let secs = Duration::from_secs;
            let given = loads.iter().map(|(a, b)| (secs(*a), secs(*b)));
            let found: Vec<_> = start_offsets(given)
                .map(|offset| offset.as_secs())
                .collect();
            assert_eq!(found, offsets, "{loads:?}");
        }
    }
}
