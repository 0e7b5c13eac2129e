//! The kind of loop: open or closed.

use serde::{Deserialize, Serialize};

use crate::report::hit_counts::HitCounts;

/// The kind of loop: open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenOrClosedLoop {
    /// Hits are sent when they are due, whatever the target does.
    Open,
    /// A slot sends its next hit when its last one has ended.
    Closed,
}

impl OpenOrClosedLoop {
    /// The hits that count towards the achieved rate, of `started` hits that ended as in `hits`.
    ///
    /// In an open loop, these are the hits that were started. In a closed loop, they are the hits
    /// that were answered: a slot starts the next hit when the last one has ended, so a target that
    /// refuses connections would have the highest rate if failures counted.
    #[must_use]
    pub fn achieved_hits(self, started: u64, hits: &HitCounts) -> u64 {
        match self {
            Self::Open => started,
            Self::Closed => hits.answered(),
        }
    }
}
