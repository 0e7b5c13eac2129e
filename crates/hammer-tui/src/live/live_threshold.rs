//! A threshold as the display shows it.

/// A threshold with its figure so far.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveThreshold {
    /// The threshold as text, such as `p99 < 250ms`.
    pub expression: String,
    /// The figure so far, such as `112 ms`; empty if nothing was measured yet.
    pub figure: String,
    /// True if the threshold holds so far; `None` if nothing was measured yet.
    pub holds: Option<bool>,
    /// True if the threshold ends the run once it holds.
    pub is_abort_condition: bool,
    /// The errors that are left, if it is a bound on errors.
    pub budget: Option<ErrorBudget>,
}

/// The hits of the whole run that can still fail before a threshold on errors does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorBudget {
    /// Hits that can still fail.
    pub left: u64,
    /// Hits that can fail in the whole run.
    pub total: u64,
}
