//! Programs called `hammer-NAME` on PATH.

use std::ffi::OsStr;
use std::process::Command;
use std::{env, io};

use crate::command_exit::CommandExit;
use crate::error::Error;

/// Outcome of running `hammer-NAME`.
pub(crate) enum ExternalCommandResult {
    /// It ended with an exit code. On Unix, `exec` replaces this process, so this never occurs.
    #[cfg_attr(unix, expect(dead_code, reason = "exec does not return"))]
    Exited(CommandExit),
    /// It was found but could not be run.
    Failed(Error),
    /// It is not on PATH.
    NotFound,
}

/// Runs `hammer-NAME` from PATH with these arguments.
pub(crate) fn run<A: AsRef<OsStr>>(
    name: &str,
    args: impl IntoIterator<Item = A>,
) -> ExternalCommandResult {
    if !is_program_name(name) {
        return ExternalCommandResult::NotFound;
    }
    let program = format!("hammer-{name}");
    match exec(Command::new(&program).args(args)) {
        Ok(result) => result,
        Err(error) if error.kind() == io::ErrorKind::NotFound => ExternalCommandResult::NotFound,
        Err(error) => {
            ExternalCommandResult::Failed(Error::Run(format!("failed to run {program}: {error}")))
        }
    }
}

/// Returns true if there is a file `hammer-NAME` in a folder of PATH.
pub(crate) fn exists(name: &str) -> bool {
    let file = format!("hammer-{name}{}", env::consts::EXE_SUFFIX);
    let folders = env::var_os("PATH").unwrap_or_default();
    is_program_name(name) && env::split_paths(&folders).any(|folder| folder.join(&file).is_file())
}

/// Returns true if the name has no separator, with which it would be a path instead of a name to look up
/// on PATH.
fn is_program_name(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(unix)]
fn exec(command: &mut Command) -> io::Result<ExternalCommandResult> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn exec(command: &mut Command) -> io::Result<ExternalCommandResult> {
    let code = command
        .status()?
        .code()
        .and_then(|code| u8::try_from(code).ok());
    Ok(ExternalCommandResult::Exited(
        code.map_or(CommandExit::FAILED, CommandExit::passed_on),
    ))
}
