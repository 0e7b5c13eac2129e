//! Renders a run file in each format.

use std::io;

use hammer_core::{RunFile, VerdictStatus};

use super::text::{self, TextOptions};
use super::{hgrm, hlog, junit, markdown};
use crate::args::OutputKind;

/// Renders a run.
///
/// # Errors
///
/// If a value cannot be encoded.
pub(crate) fn render(kind: OutputKind, run: &RunFile, options: TextOptions) -> io::Result<Vec<u8>> {
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
        OutputKind::Html => hammer_html::report_page(run).into_bytes(),
        OutputKind::Markdown => markdown::render(run, options.confidence).into_bytes(),
        OutputKind::Junit => junit::render(&run.report, is_refused(run)).into_bytes(),
        OutputKind::Hlog => hlog::render(run)?,
        OutputKind::Hgrm => hgrm::render(run).into_bytes(),
        OutputKind::Text | OutputKind::Hits => text::render(&run.report, options).into_bytes(),
    })
}

/// Returns true if the verdict is invalid and was required, or if thresholds were not judged.
pub(crate) fn is_refused(run: &RunFile) -> bool {
    lacks_required_verdict(run) || run.report.is_unjudged()
}

/// Returns true if the verdict is invalid although a valid one was required.
pub(crate) fn lacks_required_verdict(run: &RunFile) -> bool {
    run.requires_valid && run.report.verdict.status == VerdictStatus::Invalid
}
