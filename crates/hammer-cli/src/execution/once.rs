//! `--once`: one hit instead of a load.

use std::io::{self, Write};

use hammer_core::StopHandle;

use super::{RunOptions, RunnableLoad};
use crate::SingleHitRenderer;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::process::SignalWatcher;
use crate::setting_names::SettingNames;

/// Sends one hit with the engine of a run and prints it.
pub(crate) fn run(
    load: Box<dyn RunnableLoad>,
    once_renderer: SingleHitRenderer,
) -> Result<CommandExit, Error> {
    let stop = StopHandle::new();
    let signals = SignalWatcher::watch(&stop)?;
    let options = RunOptions {
        log_hits: false,
        stop,
        threads: 1,
        start_ticket: None,
        setting_names: SettingNames::Flags,
    };
    let report = load.run(options, &mut |_| ())?.report;
    // A closed pipe is not an error.
    let _ = io::stdout().write_all(once_renderer(&report).as_bytes());
    let ended = if report.hits.ok == 1 {
        CommandExit::OK
    } else {
        CommandExit::FAILED
    };
    Ok(signals.exit().unwrap_or(ended))
}
