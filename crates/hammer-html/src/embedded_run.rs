//! The run file inside of a page.

use std::io::Read as _;

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
/// The largest size of a run file inside of a page, in bytes.
const MAX_RUN: u64 = 256 << 20;

/// The JSON in the element.
#[derive(Serialize, Deserialize)]
struct EmbeddedRunJson {
    /// The JSON of the run file, compressed by zstd, as base64.
    zstd: String,
}

/// Makes the element with the run. Neighboring slices are merged until it has at most `budget`
/// bytes, or few slices are left.
pub(crate) fn embedded_run_script(run: &RunFile, budget: usize) -> Markup {
    let mut run = run.clone();
    loop {
        let Ok(json) = run.to_json() else {
            return html! {};
        };
        let most = run
            .report
            .loads
            .iter()
            .map(|load| load.report.timeline.len());
        let most = most.max().unwrap_or(0);
        let size = compressed(&json, FAST_LEVEL).map_or(0, |text| text.len());
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
