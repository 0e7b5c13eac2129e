use std::ffi::OsString;
use std::io;
use std::process::Command;

use clap::ArgMatches;

use crate::error::Error;
use crate::exit::Exit;

/// How `hammer-NAME` ended.
pub(crate) enum Ended {
    /// With an exit code. On Unix it never returns: the program takes the place of this one, and
    /// with it its signals and its exit code.
    #[cfg_attr(unix, expect(dead_code, reason = "exec does not return"))]
    With(Exit),
    /// It was found and could not be run.
    Broken(Error),
    /// There is no such program on PATH.
    NotFound,
}

/// Runs `hammer-NAME` from PATH with the remaining arguments.
pub(crate) fn run(name: &str, matches: &ArgMatches) -> Ended {
    // A separator would make it a path, and no longer a name to be looked up.
    if !name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    {
        return Ended::NotFound;
    }
    let program = format!("hammer-{name}");
    let args = matches.get_many::<OsString>("").into_iter().flatten();
    match replace(Command::new(&program).args(args)) {
        Ok(exit) => exit,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ended::NotFound,
        Err(error) => Ended::Broken(Error::Run(format!("failed to run {program}: {error}"))),
    }
}

#[cfg(unix)]
fn replace(command: &mut Command) -> io::Result<Ended> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> io::Result<Ended> {
    let code = command
        .status()?
        .code()
        .and_then(|code| u8::try_from(code).ok());
    Ok(Ended::With(code.map_or(Exit::FAILED, Exit::passed_on)))
}
