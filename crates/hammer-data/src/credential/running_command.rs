use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The command that runs at the moment, which whoever has a clone may end.
#[derive(Clone, Default)]
pub(super) struct RunningCommand(Arc<Mutex<CommandState>>);

#[derive(Default)]
struct CommandState {
    child: Option<Child>,
    /// Whether no other is to begin.
    stopped: bool,
}

impl RunningCommand {
    /// Starts a command, in a group of its own, and gives what `take` takes of it.
    pub(super) fn start<T>(
        &self,
        command: &mut Command,
        take: impl FnOnce(&mut Child) -> T,
    ) -> io::Result<T> {
        // What it starts is ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut state = self.lock();
        if state.stopped {
            return Err(io::Error::other("no more are to begin"));
        }
        Ok(take(state.child.insert(command.spawn()?)))
    }

    /// How it ended, once it has.
    pub(super) fn status(&self) -> io::Result<Option<ExitStatus>> {
        let mut state = self.lock();
        let child = state.child.as_mut();
        let child = child.ok_or_else(|| io::Error::other("it was ended"))?;
        let status = child.try_wait()?;
        if status.is_some() {
            state.child = None;
        }
        Ok(status)
    }

    /// Ends it, with all that it started.
    pub(super) fn kill(&self) {
        kill_group(self.lock().child.take());
    }

    /// Ends it, and no other begins.
    pub(super) fn kill_and_stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        kill_group(state.child.take());
    }

    fn lock(&self) -> MutexGuard<'_, CommandState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kill_group(child: Option<Child>) {
    let Some(mut child) = child else {
        return;
    };
    // Nobody has waited for it, so its number is still its own.
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        // It may have ended meanwhile.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
