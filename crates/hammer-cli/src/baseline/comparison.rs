//! Comparison of a run with its baseline.

use std::slice;

use hammer_analysis::{
    ChangeScale, ComparabilityWarning, CompareOptions, ComparedUnit, Comparison, ComparisonOutcome,
    ComparisonSide, DifferentTargets, FigureComparison, RunNames, compare, warning_texts,
};
use hammer_core::{BaselineChange, BaselineComparison, MeasuredValue, RunFile, VerdictStatus};

use super::BaselineRun;
use super::baseline_run::THIS_RUN;

impl BaselineRun {
    /// Compares a run with this one. Returns `None` if the run is invalid, so that its figures describe
    /// the generator.
    pub(crate) fn compare(&self, run: &RunFile) -> Option<BaselineComparison> {
        if run.report.verdict.status == VerdictStatus::Invalid {
            return None;
        }
        let (base, new) = (slice::from_ref(&self.run), slice::from_ref(run));
        let compared = compare(base, new, &CompareOptions::default());
        let mut baseline = BaselineComparison {
            path: self.path.clone(),
            id: self.run.id.clone(),
            started_at: self.run.started_at.clone(),
            ..BaselineComparison::default()
        };
        let base = format!("the baseline {}", self.path);
        let names = RunNames::Pair {
            base: &base,
            new: THIS_RUN,
        };
        match compared {
            Ok(comparison) => fill(&mut baseline, &comparison, names),
            Err(incomparable) => baseline.incomparable = Some(incomparable.text(names)),
        }
        Some(baseline)
    }
}

fn fill(baseline: &mut BaselineComparison, comparison: &Comparison, names: RunNames<'_>) {
    // The report has its own verdict.
    let is_own_verdict = |warning: &ComparabilityWarning| matches!(warning, ComparabilityWarning::Suspect { run, .. } if run.side == ComparisonSide::New);
    let mut warned = comparison.clone();
    warned.warnings.retain(|warning| !is_own_verdict(warning));
    // A run and its baseline should have the same target.
    let targets = comparison.different_targets.iter();
    warned
        .warnings
        .extend(targets.map(DifferentTargets::warning));
    baseline.warnings = warning_texts(&warned, names);
    let figures = comparison.figures.iter();
    let whole = figures.filter(|it| it.decides && it.scope.is_whole_run());
    baseline.figures = whole.map(change).collect();
}

fn change(compared: &FigureComparison) -> BaselineChange {
    let value = |value: Option<f64>| MeasuredValue {
        value: value.filter(|value| value.is_finite()),
        infinite: value == Some(f64::INFINITY),
        unit: unit_name(compared.unit).to_owned(),
    };
    let scaled = |change: f64| {
        let scale = compared.change.map(|change| change.scale);
        let factor = if scale == Some(ChangeScale::Relative) {
            100.0
        } else {
            1.0
        };
        Some(change * factor).filter(|change| change.is_finite())
    };
    let interval = compared.change.and_then(|change| change.interval);
    BaselineChange {
        figure: compared.figure.to_string(),
        baseline: value(compared.base_runs.first().copied().flatten()),
        measured: value(compared.new_runs.first().copied().flatten()),
        change: compared.change.and_then(|change| scaled(change.value)),
        change_low: interval.and_then(|interval| scaled(interval.low)),
        change_high: interval.and_then(|interval| scaled(interval.high)),
        outcome: outcome_name(compared.outcome).to_owned(),
        undecided: compared.undecided.map(|reason| reason.to_string()),
    }
}

/// The unit as thresholds write it.
fn unit_name(unit: ComparedUnit) -> &'static str {
    match unit {
        ComparedUnit::Percent => "%",
        ComparedUnit::PerSecond => "/s",
        _ => "us",
    }
}

fn outcome_name(outcome: ComparisonOutcome) -> &'static str {
    match outcome {
        ComparisonOutcome::Better => "better",
        ComparisonOutcome::Worse => "worse",
        ComparisonOutcome::Same => "same",
        ComparisonOutcome::CannotTell => "cannot_tell",
    }
}
