//! Handle to a running command, with which another thread can kill it.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The command that currently runs, if any. Any clone can kill it.
#[derive(Clone, Default)]
pub(super) struct CommandProcessHandle(Arc<Mutex<CommandProcessState>>);

#[derive(Default)]
struct CommandProcessState {
    child: Option<Child>,
    /// True if no more commands may start.
    stopped: bool,
}

impl CommandProcessHandle {
    /// Starts a command in a new process group, and returns the result of `take`.
    pub(super) fn start<T>(
        &self,
        command: &mut Command,
        take: impl FnOnce(&mut Child) -> T,
    ) -> io::Result<T> {
        // The group is killed as a whole, including child processes of the command.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut state = self.lock();
        if state.stopped {
            return Err(io::Error::other("the run is over"));
        }
        Ok(take(state.child.insert(command.spawn()?)))
    }

    /// Returns the exit status of the command, or `None` while it runs.
    pub(super) fn status(&self) -> io::Result<Option<ExitStatus>> {
        let mut state = self.lock();
        let child = state.child.as_mut();
        let child = child.ok_or_else(|| io::Error::other("it was killed"))?;
        let status = child.try_wait()?;
        if status.is_some() {
            state.child = None;
        }
        Ok(status)
    }

    /// Kills the command with all of its child processes.
    pub(super) fn kill(&self) {
        kill_group(self.lock().child.take());
    }

    /// Kills the command, and prevents others from starting.
    pub(super) fn kill_and_stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        kill_group(state.child.take());
    }

    fn lock(&self) -> MutexGuard<'_, CommandProcessState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kill_group(child: Option<Child>) {
    let Some(mut child) = child else {
        return;
    };
    // The child was not waited for, so its process id has not been reused.
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        // Fails if the group has already ended.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
