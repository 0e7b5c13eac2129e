//! The run file inside of a page.

use std::io::Read as _;

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
/// The largest size of a run file inside of a page, in bytes.
const MAX_RUN: u64 = 256 << 20;

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
    let script = (compressed(&json, FAST_LEVEL)?.len() <= budget).then(|| element(&json))?;
    (script.0.len() <= budget).then_some(script)
}

/// Makes the element with a smaller run: of at most `budget` bytes, unless it has too many parts.
pub(crate) fn smaller_run_script(run: &RunFile, budget: usize) -> Markup {
    let run = with_slices(run, MOST_SLICES);
    let size_of = |step: &SmallerRun| encoded(&with_slices(&run, step.least_slices), step.detail).1;
    let step = STEPS.iter().find(|step| size_of(step) <= budget);
    element(&fitted(run, step.unwrap_or(&LAST_STEP), budget))
}

/// The JSON of the run with as many slices as fit, if the least number of them does.
fn fitted(mut run: RunFile, step: &SmallerRun, budget: usize) -> Vec<u8> {
    loop {
        let (json, size) = encoded(&run, step.detail);
        let timelines = run
            .report
            .loads
            .iter()
            .map(|load| load.report.timeline.len());
        let most = timelines.max().unwrap_or(0);
        if size <= budget || most <= step.least_slices {
            return json;
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
fn encoded(run: &RunFile, detail: RunFileDetail) -> (Vec<u8>, usize) {
    let json = run.to_json_in_detail(detail).unwrap_or_default();
    let size = compressed(&json, FAST_LEVEL).map_or(0, |text| text.len());
    (json, size)
}

fn element(json: &[u8]) -> Markup {
    let zstd = compressed(json, LEVEL).unwrap_or_default();
    let data = EmbeddedRunJson { zstd };
    html! {
        script type="application/json" id="hammer-run" { (json_script(&data)) }
    }
}

/// Compresses the JSON of a run file, as base64.
fn compressed(json: &[u8], level: i32) -> Option<String> {
    let bytes = zstd::bulk::compress(json, level).ok()?;
    Some(STANDARD.encode(bytes))
}

/// Returns the JSON of the run file inside of a page, or `None` if it has none.
///
/// The page can be anything: what is inside is limited to 256 MiB, and not yet known to be a run file.
#[must_use]
pub fn embedded_run(page: &str) -> Option<Vec<u8>> {
    let start = page.find(ELEMENT)? + ELEMENT.len();
    let length = page[start..].find("</script>")?;
    let data: EmbeddedRunJson = serde_json::from_str(&page[start..start + length]).ok()?;
    let bytes = STANDARD.decode(data.zstd).ok()?;
    let decoder = zstd::stream::Decoder::new(&bytes[..]).ok()?;
    let mut json = vec![];
    decoder.take(MAX_RUN + 1).read_to_end(&mut json).ok()?;
    (json.len() as u64 <= MAX_RUN).then_some(json)
}
