//! Comparison of a run with its baseline.

use serde::{Deserialize, Serialize};

use crate::report::threshold_check::MeasuredValue;

/// Comparison of a run with an earlier one, the baseline: the key `baseline` of the JSON report.
///
/// The engine does not compare runs; its caller does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BaselineComparison {
    /// The path of the run file, as given.
    pub path: String,
    /// The id of the baseline.
    pub id: String,
    /// The start of the baseline in UTC; empty if unknown.
    pub started_at: String,
    /// The reason why the runs were not compared, or `None` if they were.
    pub incomparable: Option<String>,
    /// Differences between the runs that may explain a change.
    pub warnings: Vec<String>,
    /// The figures of the whole run.
    pub figures: Vec<BaselineChange>,
}

/// The change of a figure from the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineChange {
    /// The figure, such as `p99` or `errors`.
    pub figure: String,
    /// The value of the baseline.
    pub baseline: MeasuredValue,
    /// The value of this run.
    pub measured: MeasuredValue,
    /// The change in percent, or in percentage points for errors; `None` if it is unknown or infinite.
    pub change: Option<f64>,
    /// The lower end of the interval of the change; `None` if it is unknown or infinite.
    pub change_low: Option<f64>,
    /// The upper end of the interval of the change; `None` if it is unknown or infinite.
    pub change_high: Option<f64>,
    /// The outcome: `better`, `worse`, `same` or `cannot_tell`.
    pub outcome: String,
    /// The reason why the outcome is not known.
    pub undecided: Option<String>,
}
