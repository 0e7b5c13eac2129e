use std::io::{self, Write};

use hammer_core::Stop;

use crate::Once;
use crate::error::Error;
use crate::exit::Exit;
use crate::job::{Prepared, Swing};
use crate::signals::Signals;

/// Makes one hit, the way a run does, and prints what is told of it.
pub(crate) fn run(job: Box<dyn Prepared>, once: Once) -> Result<Exit, Error> {
    let stop = Stop::new();
    let signals = Signals::watch(&stop)?;
    let swing = Swing {
        log_hits: false,
        stop,
        threads: None,
        place: None,
    };
    let report = job.swing(swing, &mut |_| ())?;
    // Whoever closed the pipe has seen enough.
    let _ = io::stdout().write_all(once(&report).as_bytes());
    let ended = if report.hits.ok == 1 {
        Exit::OK
    } else {
        Exit::FAILED
    };
    Ok(signals.exit().unwrap_or(ended))
}
