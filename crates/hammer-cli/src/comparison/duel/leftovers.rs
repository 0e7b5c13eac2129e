//! The files and processes that a duel leaves if its process ends at once.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The running process and the temporary folder of a duel, which must not outlive it.
#[derive(Debug, Clone, Default)]
pub(super) struct Leftovers(Arc<Mutex<LeftoverState>>);

#[derive(Debug, Default)]
struct LeftoverState {
    child: Option<u32>,
    folder: Option<PathBuf>,
}

impl Leftovers {
    /// Sets the process that is running now, if there is one.
    pub(super) fn set_child(&self, pid: Option<u32>) {
        self.lock().child = pid;
    }

    /// Sets the folder to delete.
    pub(super) fn set_folder(&self, path: PathBuf) {
        self.lock().folder = Some(path);
    }

    /// Kills the process and deletes the folder.
    pub(super) fn remove(&self) {
        let state = self.lock();
        if let Some(pid) = state.child {
            kill(pid);
        }
        if let Some(folder) = &state.folder {
            // A folder that is left over is in the place for temporary files.
            let _ = fs::remove_dir_all(folder);
        }
    }

    fn lock(&self) -> MutexGuard<'_, LeftoverState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(unix)]
fn kill(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // Fails if the process has just ended.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Elsewhere, the console ends all of its processes.
#[cfg(not(unix))]
fn kill(_pid: u32) {}
