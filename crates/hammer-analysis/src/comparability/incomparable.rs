//! Reasons why runs are not compared.

use std::{error, fmt};

use serde::{Deserialize, Serialize};

use super::run_position::RunPosition;
use super::run_property::RunProperty;
use crate::comparability::run_position::ComparisonSide;
use crate::judgement::several_runs::MIN_RUNS;

/// Runs that are not compared, with all reasons. It is displayed with each reason once, joined by
/// semicolons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incomparable {
    /// The reasons: at least one.
    pub reasons: Vec<IncomparableReason>,
}

/// A reason why runs are not compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum IncomparableReason {
    /// A side has no runs.
    NoRuns {
        /// The side.
        side: ComparisonSide,
    },
    /// A run was given twice.
    RepeatedRun {
        /// Its first place.
        first: RunPosition,
        /// Its other place.
        second: RunPosition,
    },
    /// The generator could not keep the schedule of a run, so that its figures describe the
    /// generator.
    InvalidVerdict {
        /// The run.
        run: RunPosition,
        /// The worst reason of the verdict.
        verdict: Option<String>,
    },
    /// A report without histograms.
    NoMeasurements {
        /// The run.
        run: RunPosition,
    },
    /// A required property differs from that of the first run of the base.
    Different {
        /// The property.
        property: RunProperty,
        /// The load, in a plan of several loads.
        load: Option<String>,
        /// The value of the first run of the base.
        expected: String,
        /// The run that differs.
        run: RunPosition,
        /// Its value.
        found: String,
    },
    /// Only one of two runs has a load.
    MissingLoad {
        /// The load.
        load: String,
        /// A run without it.
        run: RunPosition,
    },
    /// Only one of two runs has a group of hits.
    MissingGroup {
        /// The load, in a plan of several loads.
        load: Option<String>,
        /// The group.
        group: String,
        /// A run without it.
        run: RunPosition,
    },
    /// Runs were to be paired, and the sides have different numbers of them.
    Unpaired {
        /// The number of runs of the base.
        base: usize,
        /// The number of runs of the new side.
        new: usize,
    },
    /// Runs were to be paired, and there are too few of them.
    TooFewPairs {
        /// The number of runs of each side.
        pairs: usize,
    },
}

impl fmt::Display for IncomparableReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRuns { side } => write!(f, "expected a {side} run, found none"),
            Self::RepeatedRun { first, second } => write!(
                f,
                "{second} and {first} are the same run (try another run file)"
            ),
            Self::InvalidVerdict { run, verdict } => {
                write!(f, "{run} is invalid: ")?;
                f.write_str(
                    verdict
                        .as_deref()
                        .unwrap_or("its figures describe the generator"),
                )
            }
            Self::NoMeasurements { run } => {
                write!(
                    f,
                    "{run} has no histograms (try a run file in place of a report)"
                )
            }
            Self::Different {
                property,
                load,
                expected,
                run,
                found,
            } => {
                write_load(f, load.as_deref())?;
                write!(
                    f,
                    "different {property}: {expected} in base run 1, {found} in {run}"
                )
            }
            Self::MissingLoad { load, run } => {
                write!(f, "{run} has no load {load:?}, and other runs have it")
            }
            Self::MissingGroup { load, group, run } => {
                write_load(f, load.as_deref())?;
                write!(f, "{run} has no group {group:?}, and other runs have it")
            }
            Self::Unpaired { base, new } => write!(
                f,
                "expected as many new runs as base runs, found {new} and {base}"
            ),
            Self::TooFewPairs { pairs } => write!(
                f,
                "expected at least {MIN_RUNS} runs of each side to compare in pairs, found {pairs}"
            ),
        }
    }
}

fn write_load(f: &mut fmt::Formatter<'_>, load: Option<&str>) -> fmt::Result {
    load.map_or(Ok(()), |load| write!(f, "load {load:?}: "))
}

impl fmt::Display for Incomparable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, reason) in self.reasons.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{reason}")?;
        }
        Ok(())
    }
}

impl error::Error for Incomparable {}
