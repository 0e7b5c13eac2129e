//! The live display on stderr, and the log of messages while it is shown.

use std::io::{self, Write};
use std::sync::{PoisonError, RwLock};

use hammer_tui::{LiveDisplay, LiveRun, LiveSender, LiveUpdate};

use crate::process::InterruptKey;

/// The display that covers stderr.
static SHOWN: RwLock<Option<LiveSender>> = RwLock::new(None);

/// A live display on stderr.
///
/// While it is shown, messages go to its log. They are printed once it is gone.
#[derive(Debug)]
pub(crate) struct StderrDisplay {
    display: Option<LiveDisplay>,
}

impl StderrDisplay {
    /// Takes over the terminal of stderr. `q` and Ctrl-C press `interrupt`.
    pub(crate) fn start(run: LiveRun, interrupt: InterruptKey) -> io::Result<Self> {
        let display = LiveDisplay::start(run, move || interrupt.press())?;
        *SHOWN.write().unwrap_or_else(PoisonError::into_inner) = Some(display.sender());
        Ok(Self {
            display: Some(display),
        })
    }

    /// Sends an update. After the end, nothing happens.
    pub(crate) fn send(&self, update: LiveUpdate) {
        if let Some(display) = &self.display {
            display.sender().send(update);
        }
    }

    /// The reason for which the display has ended by itself, if it has.
    pub(crate) fn end_reason(&self) -> Option<String> {
        self.display.as_ref()?.end_reason()
    }

    /// Restores the terminal, and prints the messages. Later calls do nothing.
    pub(crate) fn close(&mut self) {
        let Some(display) = self.display.take() else {
            return;
        };
        let lines = display.close();
        *SHOWN.write().unwrap_or_else(PoisonError::into_inner) = None;
        for line in lines {
            let _ = writeln!(io::stderr(), "{line}");
        }
    }
}

impl Drop for StderrDisplay {
    fn drop(&mut self) {
        self.close();
    }
}

/// Shows on the display, if there is one, that a key or signal stops the run.
pub(super) fn show_stop(at_once: bool) {
    let shown = SHOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(display) = &*shown {
        display.send(LiveUpdate::StopRequested { at_once });
    }
}

/// Adds a line to the log of the display. Returns false if none is shown, and the terminal is restored.
pub(super) fn log(line: &str) -> bool {
    let shown = SHOWN.read().unwrap_or_else(PoisonError::into_inner);
    shown.as_ref().is_some_and(|display| display.log(line))
}
