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

/// The steps in which the run gets smaller until it fits: coarser histograms, and a least number of slices
/// to merge neighbors into. The variance between 20 slices is enough for the confidence of percentiles.
const STEPS: [(RunFileDetail, usize); 4] = [
    (detail(Some(7), None), 20),
    (detail(Some(7), Some(7)), 20),
    (detail(Some(6), Some(6)), 20),
    (detail(Some(5), Some(5)), 10),
];

const fn detail(slice_bits: Option<u32>, part_bits: Option<u32>) -> RunFileDetail {
    RunFileDetail {
        slice_bits,
        part_bits,
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
    let mut json = vec![];
    for (detail, least_slices) in STEPS {
        let (found, fits) = fitted(run, detail, least_slices, budget);
        json = found;
        if fits {
            break;
        }
    }
    element(&json)
}

/// Merges neighboring slices until the run fits, or has this number of slices. Returns its JSON, and
/// true if it fits.
fn fitted(
    run: &RunFile,
    detail: RunFileDetail,
    least_slices: usize,
    budget: usize,
) -> (Vec<u8>, bool) {
    let mut run = run.clone();
    loop {
        let json = run.to_json_in_detail(detail).unwrap_or_default();
        let size = compressed(&json, FAST_LEVEL).map_or(0, |text| text.len());
        let timelines = run
            .report
            .loads
            .iter()
            .map(|load| load.report.timeline.len());
        let most = timelines.max().unwrap_or(0);
        if size <= budget || most <= least_slices {
            return (json, size <= budget);
        }
        // The size hardly grows with the hits of a slice, so it is about that of each slice.
        let kept = (most * budget / size).min(most - 1).max(least_slices);
        for load in &mut run.report.loads {
            load.report.timeline = merged_timeline(&load.report.timeline, kept);
        }
    }
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
