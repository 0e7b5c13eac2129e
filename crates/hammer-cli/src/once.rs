//! `--once`: one hit instead of a load.

use std::io::{self, Write};

use hammer_core::StopHandle;

use crate::SingleHitRenderer;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::signal_watcher::SignalWatcher;
use crate::typed_load::{PreparedLoad, RunOptions};

/// Sends one hit with the engine of a run and prints it.
pub(crate) fn run(
    job: Box<dyn PreparedLoad>,
    once_renderer: SingleHitRenderer,
) -> Result<CommandExit, Error> {
    let stop = StopHandle::new();
    let signals = SignalWatcher::watch(&stop)?;
    let options = RunOptions {
        log_hits: false,
        stop,
        threads: None,
        start_ticket: None,
    };
    let report = job.run(options, &mut |_| ())?;
    // A closed pipe is not an error.
    let _ = io::stdout().write_all(once_renderer(&report).as_bytes());
    let ended = if report.hits.ok == 1 {
        CommandExit::OK
    } else {
        CommandExit::FAILED
    };
    Ok(signals.exit().unwrap_or(ended))
}
