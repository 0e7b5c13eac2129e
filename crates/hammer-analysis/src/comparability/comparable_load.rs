//! The properties that two loads must share to be compared.

use hammer_core::{ArrivalProcess, OpenOrClosedLoop, PlanLoadReport, RunFile, Shape};
use serde::{Deserialize, Serialize};

use super::incomparable::IncomparableReason;
use super::run_position::RunPosition;
use super::run_property::RunProperty;

/// The properties that two loads must share to be compared. They are known before a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparableLoad {
    /// The name, which does not matter if it is the only load of both runs.
    pub name: String,
    /// The hammer.
    pub hammer: String,
    /// The kind of loop.
    pub loop_kind: OpenOrClosedLoop,
    /// True if a pool of users sends the hits.
    pub is_user_pool: bool,
    /// The shape of the rate as text.
    pub shape: String,
    /// The arrival process.
    pub arrivals: ArrivalProcess,
    /// The length of the warm-up, in seconds.
    pub warmup_s: f64,
    /// The groups of hits that the report lists.
    pub groups: Vec<String>,
}

impl ComparableLoad {
    /// The load of a report.
    fn of_report(load: &PlanLoadReport) -> Self {
        let report = &load.report;
        let groups = report.groups.iter().filter(|it| !it.is_ungrouped());
        Self {
            name: load.name.clone(),
            hammer: report.hammer.clone(),
            loop_kind: report.loop_kind,
            is_user_pool: report.generator.is_user_pool,
            shape: report.shape.clone(),
            arrivals: report.arrivals,
            warmup_s: report.warmup_s,
            groups: groups.map(|group| group.name.clone()).collect(),
        }
    }

    /// The properties that must be equal.
    fn required(&self) -> [(RunProperty, String); 5] {
        [
            (RunProperty::Hammer, self.hammer.clone()),
            (RunProperty::Loop, self.loop_name().to_owned()),
            (RunProperty::Shape, self.shape.clone()),
            (RunProperty::Arrivals, self.arrivals.as_str().to_owned()),
            (RunProperty::Warmup, format!("{} s", self.warmup_s)),
        ]
    }

    /// The kind of loop, which with a pool of users is a property of its own.
    fn loop_name(&self) -> &'static str {
        match (self.loop_kind, self.is_user_pool) {
            (OpenOrClosedLoop::Open, false) => "open",
            (OpenOrClosedLoop::Closed, false) => "closed",
            (OpenOrClosedLoop::Open, true) => "open, with a pool of users",
            (OpenOrClosedLoop::Closed, true) => "closed, with a pool of users",
        }
    }

    fn has_group(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group == name)
    }
}

/// The loads of a run, with its place.
#[derive(Debug, Clone)]
pub(super) struct PlacedLoads {
    pub(super) position: RunPosition,
    pub(super) loads: Vec<ComparableLoad>,
}

impl PlacedLoads {
    pub(super) fn of_run(run: &RunFile, position: RunPosition) -> Self {
        let loads = run.report.loads.iter();
        Self {
            position,
            loads: loads.map(ComparableLoad::of_report).collect(),
        }
    }

    /// The loads of a plan that has not run.
    pub(super) fn planned(loads: &[ComparableLoad], position: RunPosition) -> Self {
        Self {
            position,
            loads: loads.to_vec(),
        }
    }

    /// The reasons why `other` is not compared with this run: another hammer or loop, from which other
    /// differences of the same load follow, then loads and groups that only one of them has, or else
    /// properties that differ.
    pub(super) fn differences(&self, other: &Self) -> Vec<IncomparableReason> {
        let pairs = self.pairs(other);
        let mut reasons = vec![];
        let mut missing = match pairs.is_single {
            true => vec![],
            false => [self.loads_without(other), other.loads_without(self)].concat(),
        };
        let mut properties = vec![];
        for (own, others) in &pairs.loads {
            let load = (!pairs.is_single).then_some(own.name.as_str());
            let different = required_differences(own, (others, other.position), load);
            let of_kind = different.iter().filter(|it| is_of_kind(it));
            let of_kind: Vec<_> = of_kind.cloned().collect();
            if of_kind.is_empty() {
                missing.extend(missing_groups(own, (others, other.position), load));
                missing.extend(missing_groups(others, (own, self.position), load));
                properties.extend(different);
            }
            reasons.extend(of_kind);
        }
        if missing.is_empty() {
            missing = properties;
        }
        reasons.extend(missing);
        reasons
    }

    /// The loads that both runs have.
    fn pairs<'a>(&'a self, other: &'a Self) -> LoadPairs<'a> {
        if let ([own], [others]) = (&self.loads[..], &other.loads[..]) {
            return LoadPairs {
                is_single: true,
                loads: vec![(own, others)],
            };
        }
        let same = |own: &'a ComparableLoad| {
            let others = other.loads.iter().find(|it| it.name == own.name)?;
            Some((own, others))
        };
        LoadPairs {
            is_single: false,
            loads: self.loads.iter().filter_map(same).collect(),
        }
    }

    /// The loads that `other` lacks.
    fn loads_without(&self, other: &Self) -> Vec<IncomparableReason> {
        let is_missing = |load: &&ComparableLoad| other.loads.iter().all(|it| it.name != load.name);
        let missing = self.loads.iter().filter(is_missing);
        let missing = missing.map(|load| IncomparableReason::MissingLoad {
            load: load.name.clone(),
            run: other.position,
        });
        missing.collect()
    }
}

/// The loads that two runs have.
struct LoadPairs<'a> {
    /// True if each run has one load, whose name does not matter.
    is_single: bool,
    loads: Vec<(&'a ComparableLoad, &'a ComparableLoad)>,
}

/// The groups of `has` that the load of `run` lacks.
fn missing_groups(
    has: &ComparableLoad,
    (lacks, run): (&ComparableLoad, RunPosition),
    load: Option<&str>,
) -> Vec<IncomparableReason> {
    let missing = has.groups.iter().filter(|group| !lacks.has_group(group));
    let missing = missing.map(|group| IncomparableReason::MissingGroup {
        load: load.map(str::to_owned),
        group: group.clone(),
        run,
    });
    missing.collect()
}

/// True if two loads are of different kinds, so that their groups and rates differ as well.
fn is_of_kind(reason: &IncomparableReason) -> bool {
    use RunProperty::{Hammer, Loop};
    matches!(reason, IncomparableReason::Different { property, .. } if matches!(property, Hammer | Loop))
}

/// The shapes of two loads as a property, or their rates if they are constant and differ.
fn rates(reference: &ComparableLoad, other: &ComparableLoad) -> (RunProperty, [String; 2]) {
    let shapes = [&reference.shape, &other.shape];
    let rates = shapes.map(|shape| shape.parse::<Shape>().ok()?.rate());
    match rates {
        [Some(expected), Some(found)] if expected != found => (
            RunProperty::Rate,
            [expected, found].map(|rate| rate.to_string()),
        ),
        _ => (RunProperty::Shape, shapes.map(Clone::clone)),
    }
}

/// The required properties in which the load of `run` differs from `reference`.
fn required_differences(
    reference: &ComparableLoad,
    (other, run): (&ComparableLoad, RunPosition),
    load: Option<&str>,
) -> Vec<IncomparableReason> {
    let both = reference.required().into_iter().zip(other.required());
    let different = both.filter(|(expected, found)| expected != found);
    let different = different.map(|((property, expected), (_, found))| {
        let (property, [expected, found]) = match property {
            RunProperty::Shape => rates(reference, other),
            _ => (property, [expected, found]),
        };
        IncomparableReason::Different {
            property,
            load: load.map(str::to_owned),
            expected,
            run,
            found,
        }
    });
    different.collect()
}
