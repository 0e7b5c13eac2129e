//! Messages of a process in the background of a terminal.

use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// The longest wait for messages of a process that has ended, which its own processes may hold open.
const LAST_MESSAGES: Duration = Duration::from_secs(1);

/// Prints the messages of a process if the terminal would stop the process for it.
///
/// With `stty tostop`, a terminal stops all processes that write to it, except those of the group in the
/// foreground.
pub(super) struct StderrRelay {
    /// Ends when all is printed. `None` if the process prints its messages itself.
    printed: Option<Receiver<()>>,
}

impl StderrRelay {
    /// Prepares a command that will run in the background.
    pub(super) fn prepare(command: &mut Command) {
        if stops_background_output() {
            command.stderr(Stdio::piped());
        }
    }

    /// Prints the messages of a process of a prepared command.
    pub(super) fn start(child: &mut Child) -> Self {
        let printed = child.stderr.take().map(|mut messages| {
            let (ended, printed) = mpsc::channel();
            thread::spawn(move || {
                // Fails only if stderr is closed.
                let _ = io::copy(&mut messages, &mut io::stderr());
                let _ = ended.send(());
            });
            printed
        });
        Self { printed }
    }

    /// Waits for the last messages of a process that has ended.
    pub(super) fn finish(self) {
        if let Some(printed) = self.printed {
            let _ = printed.recv_timeout(LAST_MESSAGES);
        }
    }
}

#[cfg(unix)]
fn stops_background_output() -> bool {
    use rustix::termios::{LocalModes, tcgetattr};
    let terminal = tcgetattr(io::stderr());
    terminal.is_ok_and(|terminal| terminal.local_modes.contains(LocalModes::TOSTOP))
}

#[cfg(not(unix))]
fn stops_background_output() -> bool {
    false
}
