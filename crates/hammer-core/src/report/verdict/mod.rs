//! The generator's verdict on itself.

mod answers;
mod cause;
mod cores;
mod costly_hits;
pub(crate) mod evidence;
mod finding;
pub(crate) mod judge;
mod lateness;
mod memory;
#[cfg(test)]
mod tests;
pub(crate) mod thresholds;
mod unsent;
mod waits;
mod wording;

use serde::{Deserialize, Serialize};

/// The code of the doubts of a hammer.
const DOUBT_CODE: &str = "hammer_doubt";

/// The generator's verdict on itself: do the numbers describe the target?
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The verdict in one word.
    pub status: VerdictStatus,
    /// One reason for each problem: sentences with the figure, the consequence and the remedy. The
    /// worst comes first.
    ///
    /// They name settings in backquotes, as the methods of [`Run`](crate::Run) are called.
    pub reasons: Vec<String>,
    /// The code of each reason, in the same order, such as `late_p99`. `docs/REPORT.md` lists them.
    #[serde(default)]
    pub codes: Vec<String>,
    /// The status that each reason alone would give, in the same order; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<VerdictStatus>,
}

impl Verdict {
    /// Adds the doubts of a hammer, which make a run suspect at least. Worse reasons stay in front.
    pub(crate) fn add_doubts(&mut self, doubts: Vec<String>) {
        if !doubts.is_empty() {
            self.status = self.status.max(VerdictStatus::Suspect);
            let codes = doubts.iter().map(|_| DOUBT_CODE.to_owned());
            self.codes.extend(codes);
            let statuses = doubts.iter().map(|_| VerdictStatus::Suspect);
            self.statuses.extend(statuses);
            self.reasons.extend(doubts);
        }
    }
}

/// The status of a verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictStatus {
    /// The generator kept the schedule: the numbers describe the target.
    #[default]
    Valid,
    /// The generator was late or busy enough to affect the numbers, hits waited for a limit of the
    /// generator, the hammer doubts the numbers, or no hit was answered.
    Suspect,
    /// The generator could not keep the schedule, or sent nothing: the numbers describe it, not the
    /// target.
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
