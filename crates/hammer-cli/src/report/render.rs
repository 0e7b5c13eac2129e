//! Renders a run file in each format.

use std::io;

use hammer_core::{RunFile, VerdictStatus};

use super::{junit, markdown, text};
use crate::args::OutputKind;

/// Renders a run; `color` colors the verdict of the text.
///
/// # Errors
///
/// If a value has no JSON.
pub(crate) fn render(kind: OutputKind, run: &RunFile, color: bool) -> io::Result<Vec<u8>> {
    Ok(match kind {
        OutputKind::Json => {
            let mut json = serde_json::to_vec(&run.report)?;
            json.push(b'\n');
            json
        }
        OutputKind::Run => {
            let mut json = run.to_json().map_err(io::Error::other)?;
            json.push(b'\n');
            json
        }
        OutputKind::Markdown => markdown::render(run).into_bytes(),
        OutputKind::Junit => junit::render(&run.report, is_refused(run)).into_bytes(),
        OutputKind::Text | OutputKind::Hits => text::render(&run.report, color).into_bytes(),
    })
}

/// Returns true if the verdict is invalid and matters: it was required, or thresholds depend on it.
pub(crate) fn is_refused(run: &RunFile) -> bool {
    let is_invalid = run.report.verdict.status == VerdictStatus::Invalid;
    is_invalid && (run.requires_valid || run.report.is_unjudged())
}
