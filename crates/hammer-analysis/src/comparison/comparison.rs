//! A comparison of two sides, each of one or several runs.

use hammer_core::{RunFile, VerdictStatus};
use serde::{Deserialize, Serialize};

use super::compared_rounds::ComparedRounds;
use super::comparison_design::ComparisonDesign;
use super::comparison_outcome::ComparisonOutcome;
use super::different_targets::DifferentTargets;
use super::figure_comparison::FigureComparison;
use super::unanswered_side::{UnansweredSide, unanswered_texts};
use crate::comparability::warning::ComparabilityWarning;

/// The value of [`Comparison::schema`].
pub const COMPARISON_SCHEMA: &str = "hammer.comparison/1";

/// A comparison of two sides, each of one or several runs.
///
/// Serialized, it is the JSON that `docs/schemas/comparison.schema.json` describes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The name and version of the format: [`COMPARISON_SCHEMA`].
    pub schema: String,
    /// The outcome of all figures together.
    ///
    /// Worse if a deciding figure is worse after Holm's correction; else better if one is better; else
    /// the same if all deciding figures are, except those that are [left out](Self::left_out); else
    /// unknown.
    pub outcome: ComparisonOutcome,
    /// The relation of the runs.
    pub design: ComparisonDesign,
    /// The change that matters, as a share of the value of the base.
    pub margin: f64,
    /// The change of the share of errors that matters, in percentage points.
    pub error_margin_points: f64,
    /// The confidence of the intervals, from 0 to 1.
    pub confidence: f64,
    /// The runs of the base. In a paired design, they are in the order of their start, and run *k*
    /// belongs to run *k* of the new side; else they are in the order in which they were given.
    pub base: Vec<ComparedRun>,
    /// The runs of the new side.
    pub new: Vec<ComparedRun>,
    /// The rounds, if the runs were made for the comparison. [`compare`](crate::compare) does not know
    /// them.
    pub rounds: Option<ComparedRounds>,
    /// The differences between the runs that may explain a change, or weaken the comparison: first
    /// those that make figures hard to compare, then flaws of runs, then different properties.
    pub warnings: Vec<ComparabilityWarning>,
    /// The targets that differ, which is not a flaw: they may be what is compared.
    pub different_targets: Vec<DifferentTargets>,
    /// The sides without any answer.
    pub unanswered: Vec<UnansweredSide>,
    /// The figures: first those of the whole run, then those of each load, stage and group. Within
    /// a scope, they are in the order of [`ComparedFigure::ALL`](crate::ComparedFigure::ALL).
    pub figures: Vec<FigureComparison>,
    /// About as many more runs of each side as would decide what is undecided: the most that a
    /// deciding figure of the whole run needs. `None` if nothing is undecided, if a hundred would not
    /// suffice, or with fewer than three runs of a side, whose differences are not known.
    pub more_runs: Option<u32>,
    /// The next step for a person if the outcome is unknown, such as `about 3 more runs of each side would
    /// decide`.
    #[serde(default)]
    pub next_step: Option<String>,
}

impl Comparison {
    /// Names the runs of both sides, such as by their files. The names are in the order in which the runs
    /// were given.
    pub fn name_runs(&mut self, base: &[String], new: &[String]) {
        for (runs, names) in [(&mut self.base, base), (&mut self.new, new)] {
            for run in runs {
                run.name = names.get(run.index).cloned().unwrap_or_default();
            }
        }
    }

    /// The rounds if some are missing.
    #[must_use]
    pub fn missing_rounds(&self) -> Option<&ComparedRounds> {
        let rounds = self.rounds.as_ref();
        rounds.filter(|rounds| rounds.early_end.is_some())
    }

    /// The deciding figures that are undecided although the outcome is the same.
    ///
    /// Their change itself is within the margin. They are figures of parts of the run, or its p99.9
    /// where no run has enough hits for an interval.
    pub fn left_out(&self) -> impl Iterator<Item = &FigureComparison> {
        let is_same = self.outcome == ComparisonOutcome::Same;
        let figures = self.figures.iter();
        figures
            .filter(move |it| is_same && it.decides && it.outcome == ComparisonOutcome::CannotTell)
    }

    /// The sentences about sides without any answer, such as `no hit was answered on the new side`.
    #[must_use]
    pub fn unanswered_texts(&self) -> Vec<String> {
        unanswered_texts(&self.unanswered)
    }
}

/// A run that was compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComparedRun {
    /// Its index, from 0, in the order in which the runs of the side were given.
    pub index: usize,
    /// Its name, such as its file; empty if it was [not named](Comparison::name_runs).
    #[serde(default)]
    pub name: String,
    /// The run id.
    pub id: String,
    /// The start, in UTC.
    pub started_at: String,
    /// The version of hammer.
    pub version: String,
    /// The targets of its loads, without repetition.
    pub targets: Vec<String>,
    /// The length of its schedule, in seconds.
    pub duration_s: f64,
    /// The number of scheduled hits.
    pub hits: u64,
    /// The generator's verdict on itself.
    pub verdict: VerdictStatus,
}

impl ComparedRun {
    pub(crate) fn new(index: usize, run: &RunFile) -> Self {
        let mut targets: Vec<String> = Vec::new();
        for load in &run.report.loads {
            if !targets.contains(&load.report.target) {
                targets.push(load.report.target.clone());
            }
        }
        Self {
            index,
            name: String::new(),
            id: run.id.clone(),
            started_at: run.started_at.clone(),
            version: run.version.clone(),
            targets,
            duration_s: run.report.duration_s,
            hits: run.report.hits.scheduled,
            verdict: run.report.verdict.status,
        }
    }
}
