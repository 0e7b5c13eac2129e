//! Targets that differ between the sides.

use serde::{Deserialize, Serialize};

use crate::comparability::run_names::RunNames;
use crate::comparability::run_position::ComparisonSide;
use crate::comparability::run_property::RunProperty;
use crate::comparability::warning::{ComparabilityWarning, listed};

/// The targets of a load, if they differ. That is not a flaw: two targets may be what is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferentTargets {
    /// The load, in a plan of several loads.
    pub load: Option<String>,
    /// The targets of the base, without repetition.
    pub base: Vec<String>,
    /// The targets of the new side, without repetition.
    pub new: Vec<String>,
}

impl DifferentTargets {
    /// Takes the targets out of warnings.
    pub(crate) fn take_from(warnings: &mut Vec<ComparabilityWarning>) -> Vec<Self> {
        let taken = warnings.extract_if(.., |warning| {
            matches!(warning, ComparabilityWarning::Different { property, .. } if *property == RunProperty::Target)
        });
        let targets = taken.filter_map(|warning| match warning {
            ComparabilityWarning::Different {
                load, base, new, ..
            } => Some(Self { load, base, new }),
            _ => None,
        });
        targets.collect()
    }

    /// The targets as text, such as `base target: http://a/; new target: http://b/`.
    #[must_use]
    pub fn text(&self, names: RunNames<'_>) -> String {
        let load = self.load.iter().map(|load| format!("load {load:?}: "));
        format!(
            "{}{} target: {}; {} target: {}",
            load.collect::<String>(),
            names.side(ComparisonSide::Base),
            listed(&self.base),
            names.side(ComparisonSide::New),
            listed(&self.new)
        )
    }

    /// A warning, for runs that should have the same target, such as a run and its baseline.
    #[must_use]
    pub fn warning(&self) -> ComparabilityWarning {
        ComparabilityWarning::Different {
            property: RunProperty::Target,
            load: self.load.clone(),
            base: self.base.clone(),
            new: self.new.clone(),
        }
    }
}
