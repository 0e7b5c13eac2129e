//! The run file inside of a page.

use std::{error, fmt};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hammer_core::RunFile;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use crate::chart::json_script;
use crate::run_slices::merged_timeline;

/// The start of the element that has the run.
const ELEMENT: &str = r#"<script type="application/json" id="hammer-run">"#;
/// The level of compression to find out the size: a few percent larger, and fast.
const FAST_LEVEL: i32 = 3;
/// The level of compression in the page.
const LEVEL: i32 = 19;
/// The least number of slices that a run keeps, so that the confidence of percentiles can be computed.
const MIN_SLICES: usize = 10;

/// The JSON in the element.
#[derive(Serialize, Deserialize)]
struct EmbeddedRunJson {
    /// The JSON of the run file, compressed by zstd, as base64.
    zstd: String,
}

/// Makes the element with the run. Neighboring slices are merged until it has at most `budget`
/// bytes, or few slices are left. `None` if the run cannot be written.
pub(crate) fn embedded_run_script(run: &RunFile, budget: usize) -> Option<Markup> {
    let mut run = run.clone();
    loop {
        let json = run.to_json().ok()?;
        let most = run
            .report
            .loads
            .iter()
            .map(|load| load.report.timeline.len());
        let most = most.max().unwrap_or(0);
        let size = compressed(&json, FAST_LEVEL)?.len();
        if size <= budget || most <= MIN_SLICES {
            return element(&json);
        }
        // The size hardly grows with the hits of a slice, so it is about that of each slice.
        let fitting = most * budget / size;
        let kept = fitting.min(most - 1).max(MIN_SLICES);
        for load in &mut run.report.loads {
            load.report.timeline = merged_timeline(&load.report.timeline, kept);
        }
    }
}

fn element(json: &[u8]) -> Option<Markup> {
    let zstd = compressed(json, LEVEL)?;
    let data = EmbeddedRunJson { zstd };
    Some(html! {
        script type="application/json" id="hammer-run" { (json_script(&data)) }
    })
}

/// Compresses the JSON of a run file, as base64.
fn compressed(json: &[u8], level: i32) -> Option<String> {
    let bytes = zstd::bulk::compress(json, level).ok()?;
    Some(STANDARD.encode(bytes))
}

/// A page without a run that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmbeddedRunError {
    /// The page has no run.
    Absent,
    /// The page has a run that is damaged: the problem.
    Damaged(String),
}

impl fmt::Display for EmbeddedRunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("expected a page with a run inside, found none"),
            Self::Damaged(problem) => write!(f, "the run inside of the page is damaged: {problem}"),
        }
    }
}

impl error::Error for EmbeddedRunError {}

/// Returns the run file inside of a page, which is JSON compressed by zstd.
///
/// The page can be anything: what is returned is not larger than the page, and not yet known to be
/// a run file.
///
/// # Errors
///
/// If the page has no run, or a damaged one.
pub fn embedded_run(page: &str) -> Result<Vec<u8>, EmbeddedRunError> {
    let start = page.find(ELEMENT).ok_or(EmbeddedRunError::Absent)? + ELEMENT.len();
    let damaged = |problem: String| EmbeddedRunError::Damaged(problem);
    let length = page[start..]
        .find("</script>")
        .ok_or_else(|| damaged("the page ends too early".to_owned()))?;
    let data: EmbeddedRunJson = serde_json::from_str(&page[start..start + length])
        .map_err(|error| damaged(format!("invalid JSON: {error}")))?;
    let bytes = STANDARD.decode(data.zstd);
    bytes.map_err(|error| damaged(format!("expected base64: {error}")))
}
