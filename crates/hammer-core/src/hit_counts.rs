use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Every scheduled hit ends in exactly one verdict; the six add up to `scheduled`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitCounts {
    /// Became due.
    pub scheduled: u64,
    /// The target answered as it should.
    pub ok: u64,
    /// The target answered, and said no.
    pub rejected: u64,
    /// No usable answer.
    pub failed: u64,
    /// No answer in time.
    pub timed_out: u64,
    /// In flight when the drain ended.
    pub abandoned: u64,
    /// Never started: the backlog was full, it was too late by `skip_late`, or the run was stopped.
    pub unsent: u64,
}

impl HitCounts {
    /// Hits that the target answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.ok + self.rejected
    }

    /// Hits that have ended, in whichever verdict.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.answered() + self.failed + self.timed_out + self.abandoned + self.unsent
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
    fn add_assign(&mut self, other: Self) {
        self.scheduled += other.scheduled;
        self.ok += other.ok;
        self.rejected += other.rejected;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
        self.abandoned += other.abandoned;
        self.unsent += other.unsent;
    }
}

/// How one hit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitResult {
    /// The target answered as it should.
    Ok,
    /// The target answered, and said no.
    Rejected,
    /// No usable answer.
    Failed,
    /// No answer in time.
    TimedOut,
    /// In flight when the drain ended.
    Abandoned,
    /// Never started.
    Unsent,
}

impl HitResult {
    /// The word of the report: `ok`, `rejected`, `failed`, `timed_out`, `abandoned`, `unsent`.
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
