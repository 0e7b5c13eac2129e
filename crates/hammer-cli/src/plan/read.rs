use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use hammer_plan::PlanFile;

use crate::error::Error;

/// A byte more than a plan may have, so that one that is longer is told so.
const MAX_BYTES: u64 = (1 << 20) + 1;

/// Reads the plan at `path`, or from stdin if that is `-`.
pub(crate) fn read(path: &Path) -> Result<PlanFile, Error> {
    let shown = path.display().to_string();
    let stdin = path == Path::new("-");
    let bytes = if stdin {
        read_bounded(io::stdin().lock())
    } else {
        File::open(path).and_then(read_bounded)
    };
    let wrong = |wrong: String| Error::invalid_value("[PLAN]", &shown, wrong);
    let bytes = bytes.map_err(|error| {
        let right = if shown.contains("://") {
            format!("--endpoint {shown}")
        } else {
            "a file, or - for stdin; 'hammer plan --example' prints one".into()
        };
        wrong(format!(
            "failed to read the plan: {error}; right would be {right}"
        ))
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| wrong("it is no text; right would be TOML or JSON in UTF-8".into()))?;
    // A byte order mark is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let name = if stdin { "stdin" } else { &shown };
    PlanFile::parse(name, text, |name| std::env::var(name).ok())
        .map_err(|error| Error::from_plan_error(&error))
}

fn read_bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    from.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
