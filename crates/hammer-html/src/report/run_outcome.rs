//! The outcome of a run as a whole: first its thresholds, then its measurement.

use hammer_core::{PlanReport, VerdictStatus};
use hammer_diagnostic::{format_count, format_counted, format_percent};

/// The outcome of a run as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunOutcome {
    pub(crate) grade: OutcomeGrade,
    /// The outcome in a few words.
    pub(crate) text: String,
    /// True if it is only the verdict on the measurement.
    pub(crate) is_measurement: bool,
}

/// The look of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutcomeGrade {
    Good,
    Doubtful,
    Bad,
}

impl OutcomeGrade {
    /// A sign beside the words, so that color is not needed.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Doubtful => "⚠",
            Self::Bad => "✗",
        }
    }

    /// The class in the style.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Doubtful => "doubtful",
            Self::Bad => "bad",
        }
    }
}

impl From<VerdictStatus> for OutcomeGrade {
    fn from(status: VerdictStatus) -> Self {
        match status {
            VerdictStatus::Valid => Self::Good,
            VerdictStatus::Suspect => Self::Doubtful,
            VerdictStatus::Invalid => Self::Bad,
        }
    }
}

/// The outcome of a run: the first of these that it has.
///
/// Without thresholds, the run is as good as its measurement, unless many of its hits are not ok.
pub(crate) fn run_outcome(report: &PlanReport) -> RunOutcome {
    let outcome = |grade, text| RunOutcome {
        grade,
        text,
        is_measurement: false,
    };
    let status = report.verdict.status;
    let measurement = format!("measurement {}", status.as_str());
    let measured = RunOutcome {
        grade: status.into(),
        text: measurement.clone(),
        is_measurement: true,
    };
    if status == VerdictStatus::Invalid {
        return measured;
    }
    let thresholds = &report.thresholds;
    let failed = thresholds.iter().filter(|it| it.judged && !it.passed);
    let unjudged = thresholds.iter().filter(|it| !it.judged);
    let (failed, unjudged) = (failed.count(), unjudged.count());
    if failed > 0 {
        return outcome(
            OutcomeGrade::Bad,
            of_thresholds(failed, thresholds.len(), "failed"),
        );
    }
    if let Some(aborted) = &report.aborted {
        return outcome(
            OutcomeGrade::Bad,
            format!("ended early by {}", aborted.expression),
        );
    }
    if unjudged > 0 {
        return outcome(
            OutcomeGrade::Doubtful,
            of_thresholds(unjudged, thresholds.len(), "not judged"),
        );
    }
    if report.stopped {
        return outcome(OutcomeGrade::Doubtful, "stopped early".to_owned());
    }
    if !thresholds.is_empty() {
        let passed = of_thresholds(thresholds.len(), thresholds.len(), "passed");
        return match status {
            VerdictStatus::Valid => outcome(OutcomeGrade::Good, passed),
            _ => outcome(OutcomeGrade::Doubtful, format!("{passed}, {measurement}")),
        };
    }
    let not_ok = report.not_ok();
    if not_ok.are_many() {
        let share = format_percent(not_ok.percent());
        return outcome(OutcomeGrade::Bad, format!("{share} % of the hits not ok"));
    }
    measured
}

/// The number of thresholds with a result: `2 of 3 thresholds failed`, `all 3 thresholds passed`.
fn of_thresholds(count: usize, all: usize, result: &str) -> String {
    let thresholds = format_counted(all as u64, "threshold");
    match (count, all) {
        (1, 1) => format!("the threshold {result}"),
        (2, 2) => format!("both thresholds {result}"),
        _ if count == all => format!("all {thresholds} {result}"),
        _ => format!("{} of {thresholds} {result}", format_count(count as u64)),
    }
}
