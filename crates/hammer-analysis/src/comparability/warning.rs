//! Differences between runs that weaken a comparison.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::run_names::RunNames;
use super::run_position::{ComparisonSide, RunPosition};
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
    /// A run of fewer than ten slices does not show how much its percentiles vary. Its share of errors is
    /// judged by the few slices that it has.
    ShortRun {
        /// The run.
        run: RunPosition,
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

impl ComparabilityWarning {
    /// The warning as text, with these names for the runs.
    #[must_use]
    pub fn text(&self, names: RunNames<'_>) -> String {
        let of_load = |load: &Option<String>| match load {
            Some(load) => format!("load {load:?}: "),
            None => String::new(),
        };
        let (base_side, new_side) = (
            names.side(ComparisonSide::Base),
            names.side(ComparisonSide::New),
        );
        match self {
            Self::Different {
                property,
                load,
                base,
                new,
            } => format!(
                "{}different {property}: {} in {base_side}, {} in {new_side}",
                of_load(load),
                listed(base),
                listed(new)
            ),
            Self::ShortRun { run } => short_runs_text(&names.run(*run), false),
            Self::Suspect { run, verdict } => {
                let reason = verdict.iter().map(|reason| format!(": {reason}"));
                format!(
                    "{} is suspect{}",
                    names.run(*run),
                    reason.collect::<String>()
                )
            }
            Self::RateNotReached {
                run,
                load,
                achieved_percent,
            } => format!(
                "{}{} started only {achieved_percent:.1} % of the hits due",
                of_load(load),
                names.run(*run)
            ),
            Self::ErrorShares {
                load,
                base_percent,
                new_percent,
            } => format!(
                "{}different shares of errors: {base_percent:.2} % in {base_side}, {new_percent:.2} % in \
                 {new_side}",
                of_load(load)
            ),
        }
    }
}

impl fmt::Display for ComparabilityWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(RunNames::Places))
    }
}

/// Sorts warnings: first those that make figures hard to compare, then flaws of runs, then different
/// properties.
pub(crate) fn sort_warnings(warnings: &mut [ComparabilityWarning]) {
    warnings.sort_by_key(|warning| match warning {
        ComparabilityWarning::ErrorShares { .. } => 0,
        ComparabilityWarning::RateNotReached { .. } => 1,
        ComparabilityWarning::Suspect { .. } => 2,
        ComparabilityWarning::ShortRun { .. } => 3,
        ComparabilityWarning::Different { .. } => 4,
    });
}

/// The text of a warning about short runs.
pub(super) fn short_runs_text(runs: &str, are_several: bool) -> String {
    let (is, their) = match are_several {
        true => ("are", "their"),
        false => ("is", "its"),
    };
    format!(
        "{runs} {is} too short for intervals of percentiles; the share of errors is judged by {their} few \
         seconds"
    )
}

/// The first values, and the number of others.
pub(crate) fn listed(values: &[String]) -> String {
    let (shown, others) = values.split_at(values.len().min(MAX_SHOWN_VALUES));
    let shown = shown.join(", ");
    match others.len() {
        0 => shown,
        others => format!("{shown} and {others} more"),
    }
}
