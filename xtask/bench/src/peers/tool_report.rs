//! The report of a load generator, and the error for unexpected output.

use std::fmt;

/// The figures that a load generator reports on its run.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ToolReport {
    /// Hits that were answered.
    pub(crate) hits: u64,
    /// Duration of the run.
    pub(crate) seconds: f64,
    /// Hits without an answer, or with an error status.
    pub(crate) errors: u64,
    /// Percentiles of the latency as the tool defines it, in microseconds; `None` if not reported.
    pub(crate) p50_us: Option<f64>,
    pub(crate) p90_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
    /// Percentiles of the lateness of its hits, if it reports them.
    pub(crate) lateness_p50_us: Option<f64>,
    pub(crate) lateness_p99_us: Option<f64>,
    /// Its CPU time in seconds, if it reports it.
    pub(crate) cpu_s: Option<f64>,
    /// Its peak memory, if it reports it.
    pub(crate) peak_rss_bytes: Option<f64>,
}

impl ToolReport {
    /// Answered hits per second.
    pub(crate) fn rate(&self) -> f64 {
        self.hits as f64 / self.seconds
    }
}

/// The output of a tool lacks a value, or has an unexpected format.
#[derive(Debug, PartialEq)]
pub(crate) struct ToolOutputError(pub(crate) String);

impl ToolOutputError {
    pub(crate) fn missing(value: &str) -> Self {
        Self(format!("expected {value} in its output, found none"))
    }
}

impl fmt::Display for ToolOutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ToolOutputError {}

impl From<serde_json::Error> for ToolOutputError {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("unexpected JSON in its output: {error}"))
    }
}
