//! Hits counted by result.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Hits by result. Every scheduled hit has exactly one, so the six add up to `scheduled`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitCounts {
    /// Hits that became due.
    pub scheduled: u64,
    /// The target answered as expected.
    pub ok: u64,
    /// The target answered with a refusal.
    pub rejected: u64,
    /// No usable answer.
    pub failed: u64,
    /// No answer in time.
    pub timed_out: u64,
    /// Still in flight at the end of the drain.
    pub abandoned: u64,
    /// Never started: the backlog was full, it was later than `skip_late`, or the run was stopped.
    pub unsent: u64,
}

impl HitCounts {
    /// Hits that the target answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.ok.saturating_add(self.rejected)
    }

    /// Hits that have ended without an answer.
    #[must_use]
    pub fn unanswered(&self) -> u64 {
        let counts = [self.failed, self.timed_out, self.abandoned, self.unsent];
        counts.into_iter().fold(0, u64::saturating_add)
    }

    /// Hits that have ended, with any result.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.answered().saturating_add(self.unanswered())
    }

    pub(crate) fn count(&mut self, result: HitResult) {
        *match result {
            HitResult::Ok => &mut self.ok,
            HitResult::Rejected => &mut self.rejected,
            HitResult::Failed => &mut self.failed,
            HitResult::TimedOut => &mut self.timed_out,
            HitResult::Abandoned => &mut self.abandoned,
            HitResult::Unsent => &mut self.unsent,
        } += 1;
    }
}

impl AddAssign for HitCounts {
    /// Saturates, because the counts of a file may have any value.
    fn add_assign(&mut self, other: Self) {
        for (sum, count) in [
            (&mut self.scheduled, other.scheduled),
            (&mut self.ok, other.ok),
            (&mut self.rejected, other.rejected),
            (&mut self.failed, other.failed),
            (&mut self.timed_out, other.timed_out),
            (&mut self.abandoned, other.abandoned),
            (&mut self.unsent, other.unsent),
        ] {
            *sum = sum.saturating_add(count);
        }
    }
}

/// The result of a hit: how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitResult {
    /// The target answered as expected.
    Ok,
    /// The target answered with a refusal.
    Rejected,
    /// No usable answer.
    Failed,
    /// No answer in time.
    TimedOut,
    /// Still in flight at the end of the drain.
    Abandoned,
    /// Never started.
    Unsent,
}

impl HitResult {
    /// The word used in reports: `ok`, `rejected`, `failed`, `timed_out`, `abandoned` or `unsent`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Abandoned => "abandoned",
            Self::Unsent => "unsent",
        }
    }
}
