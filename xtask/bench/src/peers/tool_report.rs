use std::fmt;

/// What a load generator says of its own run.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ToolReport {
    /// Hits that were answered.
    pub(crate) hits: u64,
    /// In how much time.
    pub(crate) seconds: f64,
    /// Hits that were not answered, or badly.
    pub(crate) errors: u64,
    /// Percentiles of what the tool calls its latency, in microseconds, as far as it tells them.
    pub(crate) p50_us: Option<f64>,
    pub(crate) p90_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
    /// How late it was with its hits, if it knows.
    pub(crate) lateness_p99_us: Option<f64>,
    /// The most memory it used, if it knows.
    pub(crate) peak_rss_bytes: Option<f64>,
}

impl ToolReport {
    /// Answered hits a second.
    pub(crate) fn rate(&self) -> f64 {
        self.hits as f64 / self.seconds
    }
}

/// Something that a tool printed is missing, or not what it is known to print.
#[derive(Debug, PartialEq)]
pub(crate) struct ToolOutputError(pub(crate) String);

impl ToolOutputError {
    pub(crate) fn missing(what: &str) -> Self {
        Self(format!("no {what} in its output"))
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
        Self(format!("not the JSON it is known to print: {error}"))
    }
}
