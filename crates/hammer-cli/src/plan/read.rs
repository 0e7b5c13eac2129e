//! Reading of plan files.

use std::io;
use std::path::Path;

use hammer_files::InputFile;
use hammer_plan::ParsedPlanFile;

use crate::error::Error;

/// Reads the plan at `path`, or from stdin if `path` is `-`. Errors name the `argument` with the path.
pub(crate) fn read(path: &Path, argument: &str) -> Result<ParsedPlanFile, Error> {
    let shown = path.display().to_string();
    let stdin = path == Path::new("-");
    let bytes = if stdin {
        InputFile::Plan.read_from(io::stdin().lock())
    } else {
        InputFile::Plan.read(path)
    };
    let invalid = |problem: String| Error::invalid_value(argument, &shown, problem);
    let bytes = bytes.map_err(|error| {
        invalid(format!(
            "failed to read the plan: {error} (try 'hammer plan --example' for an example)"
        ))
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| invalid("the file is not valid UTF-8; expected TOML or JSON".into()))?;
    // The parsers do not accept a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let name = if stdin { "stdin" } else { &shown };
    ParsedPlanFile::parse(name, text, |name| std::env::var(name).ok())
        .map_err(|error| Error::from_plan_error(&error))
}
