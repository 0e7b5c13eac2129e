use std::{error, fmt};

use hammer_core::Failure;

/// More clients than may be missing could not connect before the clock started.
#[derive(Debug)]
pub(crate) struct FailedClients {
    /// Clients of all workers, so far.
    pub(crate) failed: usize,
    pub(crate) total: usize,
    pub(crate) allowed: usize,
    /// Why the last of them could not.
    pub(crate) failure: Failure,
}

impl fmt::Display for FailedClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            failed: missing,
            total: all,
            allowed,
            failure,
        } = self;
        write!(f, "{missing} of {all} clients could not connect")?;
        if *allowed > 0 {
            write!(f, ", and only {allowed} may be missing")?;
        }
        write!(f, ": {failure}")?;
        if let Some(advice) = failure.advice() {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl error::Error for FailedClients {}
