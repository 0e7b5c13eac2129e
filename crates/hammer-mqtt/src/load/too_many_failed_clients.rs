//! The error of a run whose clients could not connect.

use std::{error, fmt};

use hammer_core::{Failure, Peer};

/// More clients than allowed failed to connect before the run started.
#[derive(Debug)]
pub(crate) struct TooManyFailedClients {
    /// The number of failed clients of all workers, so far.
    pub(crate) failed: usize,
    pub(crate) total: usize,
    pub(crate) allowed: usize,
    /// The failure of the last one.
    pub(crate) failure: Failure,
    /// The address that the last one tried.
    pub(crate) peer: Option<Peer>,
}

impl fmt::Display for TooManyFailedClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            failed,
            total,
            allowed,
            failure,
            peer,
        } = self;
        write!(f, "{failed} of {total} clients could not connect")?;
        if *allowed > 0 {
            write!(f, ", more than the {allowed} allowed")?;
        }
        write!(f, ": {failure}")?;
        if let Some(address) = peer.and_then(Peer::address) {
            write!(f, " at {address}")?;
        }
        if let Some(advice) = failure.advice() {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl error::Error for TooManyFailedClients {}
