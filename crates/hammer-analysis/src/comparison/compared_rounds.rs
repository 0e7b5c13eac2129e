//! Rounds of runs in turn, and the reason why some are missing.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::comparability::run_position::RunPosition;

/// The rounds of a comparison whose runs were made for it: in each round, one run of each side.
///
/// It is written as `3 of 5 rounds, stopped by SIGINT`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedRounds {
    /// The number of rounds that were asked for.
    pub asked: u64,
    /// The number of complete rounds. No other runs are compared.
    pub complete: u64,
    /// The reason why rounds are missing; `None` if all are complete.
    pub early_end: Option<EarlyEnd>,
}

/// A reason why rounds are missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EarlyEnd {
    /// A signal stopped the runs.
    Signal {
        /// Its name, such as `SIGINT`.
        signal: String,
    },
    /// A run failed.
    FailedRun {
        /// The run.
        run: RunPosition,
        /// The problem, such as `exit code 1`.
        problem: String,
    },
}

impl fmt::Display for ComparedRounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.asked == 1 { "" } else { "s" };
        write!(f, "{} of {} round{plural}", self.complete, self.asked)?;
        match &self.early_end {
            Some(end) => write!(f, ", {end}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for EarlyEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal { signal } => write!(f, "stopped by {signal}"),
            Self::FailedRun { run, problem } => {
                write!(f, "stopped because {run} failed: {problem}")
            }
        }
    }
}
