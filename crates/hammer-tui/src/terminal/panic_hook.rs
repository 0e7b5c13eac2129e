//! Panics while the display is shown.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread;

use hammer_diagnostic::printable_lines;

use super::taken_terminal::restore_terminal;
use super::update_inbox::UpdateInbox;

/// The inbox of the display that is shown.
static SHOWN: Mutex<Option<Arc<UpdateInbox>>> = Mutex::new(None);

static IS_INSTALLED: Once = Once::new();

thread_local! {
    /// True if a panic of this thread ends the display.
    static ENDS_DISPLAY: Cell<bool> = const { Cell::new(false) };
}

/// Lets a panic of this thread end the display.
pub(super) fn end_display_on_panic() {
    ENDS_DISPLAY.set(true);
}

/// Sends panics to the display with this inbox, until [`uninstall`].
///
/// The hook stays for good, and calls the one before it while no display is shown: another hook that
/// is set later would be lost if this one were removed.
pub(super) fn install(inbox: &Arc<UpdateInbox>) {
    *shown() = Some(Arc::clone(inbox));
    IS_INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !is_handled(panic) {
                previous(panic);
            }
        }));
    });
}

/// Ends what [`install`] began.
pub(super) fn uninstall() {
    *shown() = None;
}

/// Returns true if the panic goes into the log. Otherwise it has to be printed, and the terminal is as
/// it was before the display.
fn is_handled(panic: &PanicHookInfo<'_>) -> bool {
    let Some(inbox) = shown().clone() else {
        return false;
    };
    if ENDS_DISPLAY.get() {
        inbox.close();
        restore_terminal();
        return false;
    }
    // A hammer that panics fails its hit only.
    inbox.log(described(panic))
}

/// The text of a panic, as the default hook prints it, without control characters.
fn described(panic: &PanicHookInfo<'_>) -> String {
    let thread = thread::current();
    let name = thread.name().unwrap_or("<unnamed>");
    let place = panic.location().map(|place| format!(" at {place}"));
    let place = place.unwrap_or_default();
    let message = panic.payload_as_str().unwrap_or("Box<dyn Any>");
    let text = format!("thread '{name}' panicked{place}:\n{message}");
    let mut text = printable_lines(&text).into_owned();
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        text.push_str(&format!("\nstack backtrace:\n{trace}"));
    }
    text
}

fn shown() -> MutexGuard<'static, Option<Arc<UpdateInbox>>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}
