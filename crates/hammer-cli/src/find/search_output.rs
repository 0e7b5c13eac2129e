//! Outputs of a search.

use std::io;

use hammer_analysis::SearchReport;

use super::render;
use crate::args::{OutputKind, OutputSpec};
use crate::error::Error;
use crate::output::{OutputPlaces, ReportFiles};

/// The kinds of outputs of a search.
const KINDS: [OutputKind; 5] = [
    OutputKind::Text,
    OutputKind::Json,
    OutputKind::Junit,
    OutputKind::Markdown,
    OutputKind::Html,
];

/// Parses the value of the flag.
pub(super) fn parse(text: &str) -> Result<OutputSpec, String> {
    OutputSpec::parse(text, &KINDS)
}

/// Writes the outputs of a search. Their places are checked before anything is sent.
pub(super) struct SearchWriter(ReportFiles);

impl SearchWriter {
    /// Checks the places of `outputs`, and of the text on stdout unless one of them is text or on stdout.
    pub(super) fn open(outputs: &[OutputSpec]) -> Result<Self, Error> {
        let outputs = OutputSpec::with_text(outputs);
        ReportFiles::check(outputs, OutputPlaces::default()).map(Self)
    }

    /// Writes the report and returns the errors.
    pub(super) fn finish(self, report: &SearchReport) -> Vec<String> {
        let render = |output: &OutputSpec, color| render_kind(output.kind, report, color);
        self.0.write(render).errors
    }
}

/// Renders a report; `color` colors the outcome of the text.
fn render_kind(kind: OutputKind, report: &SearchReport, color: bool) -> io::Result<Vec<u8>> {
    Ok(match kind {
        OutputKind::Json => {
            let mut json = serde_json::to_vec(report)?;
            json.push(b'\n');
            json
        }
        OutputKind::Junit => render::junit(report).into_bytes(),
        OutputKind::Html => hammer_html::search_page(report).into_bytes(),
        OutputKind::Markdown => render::markdown(report).into_bytes(),
        _ => render::text(report, color).into_bytes(),
    })
}
