//! The generator's verdict on itself.

mod judge;
mod reason;
#[cfg(test)]
mod tests;
pub(crate) mod thresholds;

use serde::{Deserialize, Serialize};

pub(crate) use judge::judge;

/// The generator's verdict on itself: do the numbers describe the target?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The verdict in one word.
    pub status: VerdictStatus,
    /// One reason for each problem: sentences with the figure, the consequence and the remedy. The
    /// worst comes first.
    pub reasons: Vec<String>,
}

impl Verdict {
    /// Adds warnings, which make a run suspect at least. Worse reasons stay in front.
    pub(crate) fn add_warnings(&mut self, warnings: Vec<String>) {
        if !warnings.is_empty() {
            self.status = self.status.max(VerdictStatus::Suspect);
            self.reasons.extend(warnings);
        }
    }
}

/// The status of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictStatus {
    /// The generator kept the schedule: the numbers describe the target.
    Valid,
    /// The generator was late or busy enough to affect the numbers.
    Suspect,
    /// The generator could not keep the schedule: the numbers describe it, not the target.
    Invalid,
}

impl VerdictStatus {
    /// `valid`, `suspect` or `invalid`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspect => "suspect",
            Self::Invalid => "invalid",
        }
    }
}
