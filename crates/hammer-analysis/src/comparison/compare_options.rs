//! Options of a comparison.

/// Options of a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompareOptions {
    /// The change that matters, as a share of the value of the base: 0.05 is 5 %. A smaller change
    /// is the same, a larger one is better or worse.
    pub margin: f64,
    /// The change of the share of errors that matters, in percentage points.
    pub error_margin_points: f64,
    /// The confidence of the intervals, from 0 to 1.
    pub confidence: f64,
    /// The pairing of runs of the two sides.
    pub pairing: RunPairing,
}

impl Default for CompareOptions {
    /// A margin of 5 %, or 0.1 percentage points of errors, at a confidence of 95 %.
    fn default() -> Self {
        Self {
            margin: 0.05,
            error_margin_points: 0.1,
            confidence: 0.95,
            pairing: RunPairing::Detected,
        }
    }
}

/// The pairing of runs of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RunPairing {
    /// Paired if there are at least three of each and, in the order of their start, every two
    /// successive runs are one of each side.
    #[default]
    Detected,
    /// Run k of the base belongs to run k of the new side, as given.
    Paired,
    /// No run belongs to another.
    Independent,
}
