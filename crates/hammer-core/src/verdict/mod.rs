//! The generator's verdict on itself.

mod judge;
mod reason;
#[cfg(test)]
mod tests;
pub(crate) mod thresholds;

use serde::{Deserialize, Serialize};

pub(crate) use judge::judge;

/// The generator's verdict on itself: whether the numbers describe the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Valid, suspect or invalid.
    pub status: VerdictStatus,
    /// One sentence for each thing that is wrong, with its figure and what to do; the worst first.
    pub reasons: Vec<String>,
}

impl Verdict {
    /// Adds what makes a run suspect; what is worse stays before it.
    pub(crate) fn add_doubts(&mut self, doubts: Vec<String>) {
        if !doubts.is_empty() {
            self.status = self.status.max(VerdictStatus::Suspect);
            self.reasons.extend(doubts);
        }
    }
}

/// The verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictStatus {
    /// The generator kept the schedule: the numbers describe the target.
    Valid,
    /// The generator was late, or busy enough to colour the numbers.
    Suspect,
    /// The generator could not hold the schedule: the numbers describe it, not the target.
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
