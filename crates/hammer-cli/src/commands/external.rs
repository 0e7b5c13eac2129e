//! Programs called `hammer-NAME` on PATH.

use std::ffi::OsString;
use std::io;
use std::process::Command;

use clap::ArgMatches;

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

/// Runs `hammer-NAME` from PATH with the remaining arguments.
pub(crate) fn run(name: &str, matches: &ArgMatches) -> ExternalCommandResult {
    // A name with a separator would be a path instead of a name to look up on PATH.
    if !name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    {
        return ExternalCommandResult::NotFound;
    }
    let program = format!("hammer-{name}");
    let args = matches.get_many::<OsString>("").into_iter().flatten();
    match exec(Command::new(&program).args(args)) {
        Ok(result) => result,
        Err(error) if error.kind() == io::ErrorKind::NotFound => ExternalCommandResult::NotFound,
        Err(error) => {
            ExternalCommandResult::Failed(Error::Run(format!("failed to run {program}: {error}")))
        }
    }
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
