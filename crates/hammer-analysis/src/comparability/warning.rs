//! Differences between runs that weaken a comparison.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::run_position::RunPosition;
use super::run_property::RunProperty;

/// The maximum number of values of a side that are shown.
const MAX_SHOWN_VALUES: usize = 3;

/// A difference between runs, or a flaw of one, that may explain a change or weaken the comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ComparabilityWarning {
    /// A property of the two sides differs.
    Different {
        /// The property.
        property: RunProperty,
        /// The load, in a plan of several loads.
        load: Option<String>,
        /// The values of the base, without repetition.
        base: Vec<String>,
        /// The values of the new side, without repetition.
        new: Vec<String>,
    },
    /// The generator doubts the figures of a run.
    Suspect {
        /// The run.
        run: RunPosition,
        /// The worst reason of the verdict.
        verdict: Option<String>,
    },
    /// A run did not reach the requested rate.
    RateNotReached {
        /// The run.
        run: RunPosition,
        /// The load, in a plan of several loads.
        load: Option<String>,
        /// The hits started, as a percentage of the hits due.
        achieved_percent: f64,
    },
    /// A run was stopped before its schedule ended.
    Stopped {
        /// The run.
        run: RunPosition,
    },
    /// The share of errors differs, so that response is of different hits. Hits without an answer
    /// count as infinitely slow, and refused ones as answered.
    ErrorShares {
        /// The load, in a plan of several loads.
        load: Option<String>,
        /// The mean share of the base, in percent.
        base_percent: f64,
        /// The mean share of the new side, in percent.
        new_percent: f64,
    },
}

impl fmt::Display for ComparabilityWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = |load: &Option<String>| match load {
            Some(load) => format!("load {load:?}: "),
            None => String::new(),
        };
        match self {
            Self::Different {
                property,
                load: name,
                base,
                new,
            } => write!(
                f,
                "{}different {property}: {} in base, {} in new",
                load(name),
                listed(base),
                listed(new)
            ),
            Self::Suspect { run, verdict } => {
                write!(f, "{run} is suspect")?;
                verdict
                    .iter()
                    .try_for_each(|reason| write!(f, ": {reason}"))
            }
            Self::RateNotReached {
                run,
                load: name,
                achieved_percent,
            } => write!(
                f,
                "{}{run} started only {achieved_percent:.1} % of the hits due",
                load(name)
            ),
            Self::Stopped { run } => write!(f, "{run} was stopped before its schedule ended"),
            Self::ErrorShares {
                load: name,
                base_percent,
                new_percent,
            } => write!(
                f,
                "{}different shares of errors: {base_percent:.2} % in base, {new_percent:.2} % in new",
                load(name)
            ),
        }
    }
}

/// The first values, and the number of others.
fn listed(values: &[String]) -> String {
    let (shown, others) = values.split_at(values.len().min(MAX_SHOWN_VALUES));
    let shown = shown.join(", ");
    match others.len() {
        0 => shown,
        others => format!("{shown} and {others} more"),
    }
}
