//! The run file inside of a page.

use std::{error, fmt};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hammer_core::{RunFile, RunFileDetail};
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

/// The JSON in the element.
#[derive(Serialize, Deserialize)]
struct EmbeddedRunJson {
    /// The JSON of the run file, compressed by zstd, as base64.
    zstd: String,
}

/// The content of a run that is smaller than the whole.
struct SmallerRun {
    detail: RunFileDetail,
    /// The least number of slices to merge neighbors into.
    least_slices: usize,
}

/// The steps in which a run gets smaller until it fits. The variance between 20 slices is enough for
/// the confidence of percentiles.
const STEPS: [SmallerRun; 3] = [
    smaller_run(Some(7), None, 20),
    smaller_run(Some(7), Some(7), 20),
    smaller_run(Some(6), Some(6), 20),
];
const LAST_STEP: SmallerRun = smaller_run(Some(5), Some(5), 10);
/// The largest number of slices of a smaller run, as many as a chart can show.
const MOST_SLICES: usize = 100;

const fn smaller_run(
    slice_bits: Option<u32>,
    part_bits: Option<u32>,
    least_slices: usize,
) -> SmallerRun {
    SmallerRun {
        detail: RunFileDetail {
            slice_bits,
            part_bits,
        },
        least_slices,
    }
}

/// Makes the element with the whole run; `None` if it has more than `budget` bytes.
pub(crate) fn whole_run_script(run: &RunFile, budget: usize) -> Option<Markup> {
    let json = run.to_json().ok()?;
    let script = (compressed(&json, FAST_LEVEL)?.len() <= budget).then(|| element(&json))??;
    (script.0.len() <= budget).then_some(script)
}

/// Makes the element with a smaller run: of at most `budget` bytes, unless it has too many parts. `None`
/// if the run cannot be written.
pub(crate) fn smaller_run_script(run: &RunFile, budget: usize) -> Option<Markup> {
    let run = with_slices(run, MOST_SLICES);
    let fits = |step: &&SmallerRun| {
        let smallest = encoded(&with_slices(&run, step.least_slices), step.detail);
        smallest.is_some_and(|(_, size)| size <= budget)
    };
    let step = STEPS.iter().find(fits);
    element(&fitted(run, step.unwrap_or(&LAST_STEP), budget)?)
}

/// The JSON of the run with as many slices as fit, if the least number of them does.
fn fitted(mut run: RunFile, step: &SmallerRun, budget: usize) -> Option<Vec<u8>> {
    loop {
        let (json, size) = encoded(&run, step.detail)?;
        let timelines = run
            .report
            .loads
            .iter()
            .map(|load| load.report.timeline.len());
        let most = timelines.max().unwrap_or(0);
        if size <= budget || most <= step.least_slices {
            return Some(json);
        }
        // The size hardly grows with the hits of a slice, so it is about that of each slice.
        let kept = (most * budget / size).min(most - 1);
        run = with_slices(&run, kept.max(step.least_slices));
    }
}

/// The run with neighboring slices merged into at most `max` of each load.
fn with_slices(run: &RunFile, max: usize) -> RunFile {
    let mut run = run.clone();
    for load in &mut run.report.loads {
        load.report.timeline = merged_timeline(&load.report.timeline, max);
    }
    run
}

/// The JSON of the run, and about the size of its element.
fn encoded(run: &RunFile, detail: RunFileDetail) -> Option<(Vec<u8>, usize)> {
    let json = run.to_json_in_detail(detail).ok()?;
    let size = compressed(&json, FAST_LEVEL)?.len();
    Some((json, size))
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
            Self::Absent => f.write_str(
                "expected the page of a run, which has the run inside, found another page",
            ),
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
