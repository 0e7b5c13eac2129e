//! Outputs of a comparison.

use std::io;
use std::path::Path;

use hammer_analysis::Incomparable;

use super::judge::ComparedRuns;
use super::render;
use super::side_names::SideNames;
use crate::args::{OutputKind, OutputSpec};
use crate::error::Error;
use crate::output::{OutputPlaces, ReportFiles};

/// The kinds of outputs of a comparison.
const KINDS: [OutputKind; 5] = [
    OutputKind::Text,
    OutputKind::Json,
    OutputKind::Junit,
    OutputKind::Markdown,
    OutputKind::Html,
];

/// The kinds that can say why runs were not compared. The others hold figures, and are not written.
const REFUSAL_KINDS: [OutputKind; 2] = [OutputKind::Junit, OutputKind::Markdown];

/// Parses the value of the flag.
pub(super) fn parse(text: &str) -> Result<OutputSpec, String> {
    OutputSpec::parse(text, &KINDS)
}

/// Writes the outputs of a comparison. Their places are checked before anything is sent.
pub(super) struct ComparisonWriter(ReportFiles);

impl ComparisonWriter {
    /// Checks the places of `outputs`, and of the text on stdout unless one of them is text or on
    /// stdout. They must differ from those of the `inputs`.
    pub(super) fn open<'a>(
        outputs: &[OutputSpec],
        inputs: impl IntoIterator<Item = &'a Path>,
    ) -> Result<Self, Error> {
        let outputs = OutputSpec::with_text(outputs);
        ReportFiles::check(outputs, OutputPlaces::of_inputs(inputs)).map(Self)
    }

    /// Writes a comparison and returns the errors.
    pub(super) fn finish(self, runs: &ComparedRuns<'_>) -> Vec<String> {
        let render = |output: &OutputSpec, color| render_kind(output.kind, runs, color);
        self.0.write(render).errors
    }

    /// Writes the reasons why runs were not compared and returns the errors.
    pub(super) fn finish_refused(self, refused: &Incomparable, names: &SideNames) -> Vec<String> {
        let written = self.0.only(&REFUSAL_KINDS).write(|output, _| {
            let text = match output.kind {
                OutputKind::Junit => render::junit_refused(refused, names),
                _ => render::markdown_refused(refused, names),
            };
            Ok(text.into_bytes())
        });
        written.errors
    }
}

/// Renders a comparison; `color` colors the outcome of the text.
fn render_kind(kind: OutputKind, runs: &ComparedRuns<'_>, color: bool) -> io::Result<Vec<u8>> {
    Ok(match kind {
        OutputKind::Json => {
            let mut json = serde_json::to_vec(runs.comparison)?;
            json.push(b'\n');
            json
        }
        OutputKind::Junit => render::junit(runs.comparison, runs.fail_on).into_bytes(),
        OutputKind::Html => {
            hammer_html::comparison_page(runs.comparison, runs.base, runs.new).into_bytes()
        }
        OutputKind::Markdown => render::markdown(runs.comparison).into_bytes(),
        _ => render::text(runs.comparison, color).into_bytes(),
    })
}
