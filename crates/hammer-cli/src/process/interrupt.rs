//! Interrupts the run, as Ctrl-C does.

use hammer_core::StopHandle;

/// Interrupts the run, as Ctrl-C does on a terminal that makes a signal of it.
pub(crate) fn interrupt(stop: &StopHandle) {
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpid, kill_process};
        if kill_process(getpid(), Signal::INT).is_ok() {
            return;
        }
    }
    stop.escalate();
}
