//! Reader of the runs of a comparison.

use std::path::{Path, PathBuf};

use hammer_core::RunFile;

use crate::error::Error;
use crate::run_file;

/// Reads the runs of both sides, given as two arguments. Only one of all files can be stdin.
pub(super) fn read_sides(
    base: (&str, &[PathBuf]),
    new: (&str, &[PathBuf]),
) -> Result<(Vec<RunFile>, Vec<RunFile>), Error> {
    let all = [base, new].into_iter();
    let paths = all.flat_map(|(argument, paths)| paths.iter().map(move |path| (argument, path)));
    let mut stdin = paths.filter(|(_, path)| path.as_path() == Path::new("-"));
    if let Some((argument, _)) = stdin.nth(1) {
        let problem = "stdin can be read only once (try files)";
        return Err(Error::invalid_value(argument, "-", problem));
    }
    let read = |(argument, paths): (&str, &[PathBuf])| -> Result<Vec<_>, _> {
        let runs = paths.iter().map(|path| {
            run_file::read(path).map_err(|problem| {
                Error::invalid_value(argument, &path.display().to_string(), problem)
            })
        });
        runs.collect()
    };
    Ok((read(base)?, read(new)?))
}
