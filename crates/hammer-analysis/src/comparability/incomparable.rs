//! Reasons why runs are not compared.

use std::{error, fmt};

use hammer_core::{RunFile, VerdictStatus};
use serde::{Deserialize, Serialize};

use super::run_names::RunNames;
use super::run_position::{ComparisonSide, RunPosition};
use super::run_property::RunProperty;
use crate::comparison::compared_rounds::ComparedRounds;
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
    /// A condition ended a run before its schedule did, so that it describes another load.
    Aborted {
        /// The run.
        run: RunPosition,
        /// The condition.
        condition: String,
    },
    /// A run was stopped before its schedule ended.
    Stopped {
        /// The run.
        run: RunPosition,
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
    /// Too few rounds are complete, because the runs were stopped.
    MissingRounds {
        /// The rounds, with the reason.
        rounds: ComparedRounds,
        /// The number of rounds that are needed.
        needed: u64,
    },
    /// Runs were to be paired, and there are too few of them.
    TooFewPairs {
        /// The number of runs of each side.
        pairs: usize,
    },
}

impl IncomparableReason {
    /// The reason why a run cannot be compared with any other, if there is one.
    #[must_use]
    pub fn of_run(run: &RunFile, position: RunPosition) -> Option<Self> {
        let report = &run.report;
        let run = position;
        if report.verdict.status == VerdictStatus::Invalid {
            let verdict = report.verdict.reasons.first().cloned();
            return Some(Self::InvalidVerdict { run, verdict });
        }
        if let Some(aborted) = &report.aborted {
            let condition = aborted.expression.clone();
            return Some(Self::Aborted { run, condition });
        }
        if report.stopped {
            return Some(Self::Stopped { run });
        }
        (report.measured.is_none()).then_some(Self::NoMeasurements { run })
    }

    /// The reason as text, with these names for the runs.
    #[must_use]
    pub fn text(&self, names: RunNames<'_>) -> String {
        let of_load = |load: &Option<String>| match load {
            Some(load) => format!("load {load:?}: "),
            None => String::new(),
        };
        match self {
            Self::NoRuns { side } => format!("expected a {side} run, found none"),
            Self::RepeatedRun { first, second } => format!(
                "{} and {} are the same run (try another run file)",
                names.run(*second),
                names.run(*first)
            ),
            Self::InvalidVerdict { run, verdict } => {
                let verdict = verdict.as_deref();
                let verdict = verdict.unwrap_or("its figures describe the generator");
                format!("{} is invalid: {verdict}", names.run(*run))
            }
            Self::Aborted { run, condition } => {
                let run = names.run(*run);
                format!("{run} was ended early by the condition '{condition}'")
            }
            Self::Stopped { run } => {
                format!("{} was stopped before its schedule ended", names.run(*run))
            }
            Self::NoMeasurements { run } => format!(
                "{} has no histograms (try a run file in place of a report)",
                names.run(*run)
            ),
            Self::Different {
                property,
                load,
                expected,
                run,
                found,
            } => {
                let first = RunPosition {
                    side: ComparisonSide::Base,
                    index: 0,
                };
                let (load, first, run) = (of_load(load), names.run(first), names.run(*run));
                format!("{load}different {property}: {expected} in {first}, {found} in {run}")
            }
            Self::MissingLoad { load, run } => {
                let (other, run) = (names.other_runs(*run), names.run(*run));
                format!("{run} has no load {load:?}, and {other} it")
            }
            Self::MissingGroup { load, group, run } => {
                let (other, run) = (names.other_runs(*run), names.run(*run));
                format!(
                    "{}{run} has no group {group:?}, and {other} it",
                    of_load(load)
                )
            }
            Self::Unpaired { base, new } => {
                format!("expected as many new runs as base runs, found {new} and {base}")
            }
            Self::MissingRounds { rounds, needed } => {
                format!("{rounds} (a comparison needs {needed})")
            }
            Self::TooFewPairs { pairs } => format!(
                "expected at least {MIN_RUNS} runs of each side to compare in pairs, found {pairs}"
            ),
        }
    }
}

impl Incomparable {
    /// The reasons as text, with these names for the runs.
    #[must_use]
    pub fn text(&self, names: RunNames<'_>) -> String {
        let reasons = self.reasons.iter().map(|reason| reason.text(names));
        reasons.collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for IncomparableReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(RunNames::Places))
    }
}

impl fmt::Display for Incomparable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(RunNames::Places))
    }
}

impl error::Error for Incomparable {}
