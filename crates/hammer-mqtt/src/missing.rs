use std::{error, fmt};

use hammer_core::Failure;

/// Clients could not connect before the clock started.
#[derive(Debug)]
pub(crate) struct Missing {
    pub(crate) missing: usize,
    pub(crate) all: usize,
    /// Why the last of them could not.
    pub(crate) failure: Failure,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            missing,
            all,
            failure,
        } = self;
        write!(
            f,
            "{missing} of {all} clients of a worker could not connect: {failure}"
        )?;
        if let Some(advice) = failure.what_to_do() {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl error::Error for Missing {}
