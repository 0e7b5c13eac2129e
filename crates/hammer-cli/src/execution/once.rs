//! `--once`: one hit instead of a load.

use hammer_core::{Hammer, HitResult, SingleHit, StopHandle};

use crate::SingleHitRenderer;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::print_stdout;
use crate::process::SignalWatcher;
use crate::setting_names::SettingNames;

/// Sends one hit, which the handle can end early.
pub(crate) type SingleHitJob<'a> = Box<dyn FnOnce(StopHandle) -> Result<RenderedHit, Error> + 'a>;

/// A single hit, as the text to print.
pub(crate) struct RenderedHit {
    text: String,
    is_ok: bool,
}

impl RenderedHit {
    /// Sends a hit on the calling thread and renders it.
    pub(super) fn send<H: Hammer>(
        hit: SingleHit<'_, H>,
        renderer: SingleHitRenderer,
    ) -> Result<Self, Error> {
        let names = SettingNames::Flags;
        let mut hit = hit
            .execute()
            .map_err(|error| Error::from_run_error(&error, names))?;
        hit.advice = hit.advice.map(|advice| names.reword(&advice));
        Ok(Self {
            text: renderer(&hit),
            is_ok: hit.result == HitResult::Ok,
        })
    }
}

/// Sends one hit and prints it.
pub(super) fn run(job: SingleHitJob<'_>) -> Result<CommandExit, Error> {
    let stop = StopHandle::new();
    let signals = SignalWatcher::watch(&stop)?;
    let hit = job(stop)?;
    print_stdout(&hit.text)?;
    let ended = if hit.is_ok {
        CommandExit::OK
    } else {
        CommandExit::FAILED
    };
    Ok(signals.exit().unwrap_or(ended))
}
