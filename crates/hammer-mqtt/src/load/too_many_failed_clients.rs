//! The error of a run whose clients could not connect.

use std::{error, fmt};

use hammer_core::{Failure, Peer};

use crate::load::connect_progress::ConnectCounts;

/// More clients than allowed failed to connect before the run started.
#[derive(Debug)]
pub(crate) struct TooManyFailedClients {
    /// The clients of all workers, so far.
    pub(crate) counts: ConnectCounts,
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
            counts,
            total,
            allowed,
            failure,
            peer,
        } = self;
        write!(f, "{} of {total} clients could not connect", counts.failed)?;
        if *allowed > 0 {
            write!(f, ", more than the {allowed} allowed")?;
        }
        if counts.connecting + counts.untried > 0 {
            let others = [
                (counts.connected, "connected"),
                (counts.connecting, "interrupted"),
                (counts.untried, "not tried"),
            ];
            let others = others.iter().filter(|(clients, _)| *clients > 0);
            let others: Vec<_> = others
                .map(|(clients, state)| format!("{clients} {state}"))
                .collect();
            write!(f, " ({})", others.join(", "))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_that_were_not_tried_have_not_failed() {
        let error = |counts, allowed| TooManyFailedClients {
            counts,
            total: 200,
            allowed,
            failure: Failure::new("refused"),
            peer: None,
        };
        let counts = ConnectCounts {
            connected: 12,
            failed: 69,
            connecting: 64,
            untried: 55,
        };
        assert_eq!(
            error(counts, 0).to_string(),
            "69 of 200 clients could not connect (12 connected, 64 interrupted, 55 not tried): \
             refused"
        );
        let all_ended = ConnectCounts {
            connected: 131,
            failed: 69,
            connecting: 0,
            untried: 0,
        };
        assert_eq!(
            error(all_ended, 4).to_string(),
            "69 of 200 clients could not connect, more than the 4 allowed: refused"
        );
    }
}
