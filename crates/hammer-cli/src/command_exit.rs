//! Exit codes of the command.

use std::process::ExitCode;

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommandExit(u8);

impl CommandExit {
    /// The run was completed and its report was written.
    pub(crate) const OK: Self = Self(0);
    /// The run failed, or its report could not be written.
    pub(crate) const FAILED: Self = Self(1);
    /// The arguments are invalid, and nothing was sent.
    pub(crate) const USAGE: Self = Self(2);
    /// The verdict is invalid, and `--require-valid` or a threshold was given.
    pub(crate) const INVALID: Self = Self(98);

    /// A threshold failed, or a condition ended the run.
    pub(crate) const THRESHOLD: Self = Self(99);

    /// Passes on the exit code of another program.
    #[cfg(any(not(unix), feature = "compare"))]
    pub(crate) fn passed_on(code: u8) -> Self {
        Self(code)
    }

    /// The run was ended by a signal: 128 and its number, as in shells.
    pub(crate) fn from_signal(number: u8) -> Self {
        Self(128 + number)
    }
}

impl From<CommandExit> for ExitCode {
    fn from(exit: CommandExit) -> Self {
        exit.0.into()
    }
}
