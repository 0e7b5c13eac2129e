//! The end of a process with the one that started it.

/// The environment variable with the number of the process that this one must not outlive.
pub(crate) const PARENT_VARIABLE: &str = "HAMMER_PARENT";

/// Returns true if a duel has started this process: [`PARENT_VARIABLE`] names its parent, so that it was not
/// inherited.
#[cfg(unix)]
pub(crate) fn is_child_of_a_duel() -> bool {
    is_parent(std::env::var(PARENT_VARIABLE).ok().as_deref())
}

#[cfg(unix)]
fn is_parent(number: Option<&str>) -> bool {
    let number = number.and_then(|number| number.parse().ok());
    number == Some(std::os::unix::process::parent_id())
}

/// Elsewhere, the parent is unknown, and the variable is enough.
#[cfg(not(unix))]
pub(crate) fn is_child_of_a_duel() -> bool {
    std::env::var_os(PARENT_VARIABLE).is_some()
}

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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_of_the_real_parent_makes_a_child_of_a_duel() {
        let parent = std::os::unix::process::parent_id().to_string();
        assert!(is_parent(Some(&parent)));
        let own = std::process::id().to_string();
        for other in [None, Some(""), Some("1x"), Some(&*own)] {
            assert!(!is_parent(other), "{other:?}");
        }
    }
}
