//! The terminal from which keys are read.

#[cfg(unix)]
use std::fs::File;
use std::io;
#[cfg(unix)]
use std::io::IsTerminal;
#[cfg(unix)]
use std::os::fd::AsFd;
use std::sync::OnceLock;

#[cfg(unix)]
use rustix::{process::getpgrp, termios::tcgetpgrp};

/// The terminal from which keys are read: that of stdin, or else the controlling terminal.
#[derive(Debug)]
pub(super) struct Keyboard {
    #[cfg(unix)]
    pub(super) file: File,
}

/// The keyboard of the process.
static OPENED: OnceLock<Keyboard> = OnceLock::new();

impl Keyboard {
    /// The keyboard of the process. It stays open from the first call on, because a run may later use up
    /// all files that the process can open.
    ///
    /// # Errors
    ///
    /// If there is none, as in a container without a terminal.
    pub(super) fn of_process() -> io::Result<&'static Self> {
        match OPENED.get() {
            Some(keyboard) => Ok(keyboard),
            None => {
                let keyboard = Self::open()?;
                Ok(OPENED.get_or_init(|| keyboard))
            }
        }
    }

    #[cfg(unix)]
    fn open() -> io::Result<Self> {
        let stdin = io::stdin();
        let file = if stdin.is_terminal() {
            File::from(stdin.as_fd().try_clone_to_owned()?)
        } else {
            File::open("/dev/tty")?
        };
        Ok(Self { file })
    }

    #[cfg(not(unix))]
    fn open() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Returns true if the process may read keys and change the modes of the terminal. In the
    /// background, either would stop the process.
    #[cfg(unix)]
    pub(super) fn is_ours(&self) -> bool {
        // On a terminal without job control, nothing stops the process.
        tcgetpgrp(&self.file).map_or(true, |group| group == getpgrp())
    }

    /// Returns true if the process may read keys and change the modes of the terminal.
    #[cfg(not(unix))]
    pub(super) fn is_ours(&self) -> bool {
        true
    }
}
