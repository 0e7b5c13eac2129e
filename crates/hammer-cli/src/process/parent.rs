//! The end of a process with the one that started it.

/// The environment variable with the number of the process that this one must not outlive.
#[cfg(any(feature = "compare", target_os = "linux"))]
pub(crate) const PARENT_VARIABLE: &str = "HAMMER_PARENT";

/// Lets the kernel kill this process as soon as its parent ends, if the parent asked for it with
/// [`PARENT_VARIABLE`] (prctl(2), `PR_SET_PDEATHSIG`).
///
/// It holds also for a program that replaces this one.
#[cfg(target_os = "linux")]
pub(crate) fn end_with_parent() {
    use rustix::process::{
        Pid, Signal, getppid, set_parent_process_death_signal, test_kill_process,
    };
    let number = std::env::var(PARENT_VARIABLE).ok();
    let number = number.and_then(|number| number.parse().ok());
    let Some(parent) = number.and_then(Pid::from_raw) else {
        return;
    };
    if getppid() == Some(parent) {
        // Fails only for an unknown signal.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        if getppid() == Some(parent) {
            return;
        }
    } else if test_kill_process(parent).is_ok() {
        // The variable was inherited, as by the command of a token.
        return;
    }
    exit();
}

/// Elsewhere, only the signals that the parent handles end this process.
#[cfg(not(target_os = "linux"))]
pub(crate) fn end_with_parent() {}

#[cfg(target_os = "linux")]
#[expect(
    clippy::exit,
    reason = "the parent has ended before it could be watched"
)]
fn exit() -> ! {
    std::process::exit(1);
}
