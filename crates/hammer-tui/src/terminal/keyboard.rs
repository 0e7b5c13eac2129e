//! The terminal from which keys are read.

#[cfg(unix)]
use std::fs::File;
use std::io;
#[cfg(unix)]
use std::io::IsTerminal;
#[cfg(unix)]
use std::os::fd::AsFd;

#[cfg(unix)]
use rustix::{process::getpgrp, termios::tcgetpgrp};

/// The terminal from which keys are read: that of stdin, or else the controlling terminal.
#[derive(Debug)]
pub(super) struct Keyboard {
    #[cfg(unix)]
    pub(super) file: File,
}

impl Keyboard {
    /// Opens the keyboard.
    ///
    /// # Errors
    ///
    /// If there is none, as in a container without a terminal.
    #[cfg(unix)]
    pub(super) fn open() -> io::Result<Self> {
        let stdin = io::stdin();
        let file = if stdin.is_terminal() {
            File::from(stdin.as_fd().try_clone_to_owned()?)
        } else {
            File::open("/dev/tty")?
        };
        Ok(Self { file })
    }

    /// Opens the keyboard.
    #[cfg(not(unix))]
    pub(super) fn open() -> io::Result<Self> {
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
