//! The heap profile of a scenario.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::folded_stacks::FoldedStacks;
use super::profile_scenario::ProfileScenario;
use super::setup::ProfileSetup;
use crate::error::Error;
use crate::executable::BuiltExecutable;
use crate::number_format::group_thousands;

/// Stacks and all that they allocated during a run.
#[derive(Debug)]
pub(crate) struct HeapProfile {
    /// Hits of the run.
    pub(crate) hits: u64,
    /// Blocks per hit, without the cost of starting.
    ///
    /// It is computed from the difference to a run with a tenth of the hits.
    pub(crate) blocks_per_hit: f64,
    /// Bytes per hit, computed like the blocks.
    pub(crate) bytes_per_hit: f64,
    /// Stacks, weighted by bytes.
    pub(crate) bytes: FoldedStacks,
    /// Stacks, weighted by blocks. Each allocation and each reallocation is a block.
    pub(crate) blocks: FoldedStacks,
    /// The file that the allocator wrote.
    pub(crate) json: PathBuf,
}

/// The fields of DHAT's JSON that are read here.
///
/// The format is described in `dhat/dh_main.c` of Valgrind, and in the docs of the crate `dhat`.
#[derive(Debug, Deserialize)]
struct DhatProfile {
    /// Program points, which are the places that allocate.
    pps: Vec<DhatProgramPoint>,
    /// Frame table: address, name and place of each frame.
    ftbl: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct DhatProgramPoint {
    /// Total bytes.
    tb: u64,
    /// Total blocks.
    tbk: u64,
    /// Indices into the frame table, innermost frame first.
    fs: Vec<usize>,
}

impl HeapProfile {
    /// Runs `binary`, which records allocations, with few and with many hits.
    pub(crate) fn record(
        scenario: &ProfileScenario,
        load: &ProfileSetup<'_>,
        binary: &BuiltExecutable,
        out: &Path,
    ) -> Result<Self, Error> {
        let json = out.join("dhat.json");
        let run = |hits: u64| -> Result<(u64, FoldedStacks, FoldedStacks), Error> {
            let variable = ("HAMMER_BENCH_HEAP", json.as_os_str());
            let running =
                load.start_hammer(binary, ["--hits", &hits.to_string()], Some(variable))?;
            let report = running.wait_for_report()?;
            let text = fs::read_to_string(&json).map_err(Error::io("read", &json))?;
            let (bytes, blocks) = fold_dhat(&text)?;
            Ok((report.hits, bytes, blocks))
        };
        let (few, few_bytes, few_blocks) = run((scenario.heap_hits / 10).max(1))?;
        let (hits, bytes, blocks) = run(scenario.heap_hits)?;
        let more = hits.saturating_sub(few).max(1) as f64;
        Ok(Self {
            hits,
            blocks_per_hit: (blocks.total() as f64 - few_blocks.total() as f64) / more,
            bytes_per_hit: (bytes.total() as f64 - few_bytes.total() as f64) / more,
            bytes,
            blocks,
            json,
        })
    }

    /// Number and size of the allocations, and number of hits.
    pub(crate) fn subtitle(&self) -> String {
        format!(
            "{} allocations of {} bytes in total, in {} hits",
            group_thousands(self.blocks.total()),
            group_thousands(self.bytes.total()),
            group_thousands(self.hits)
        )
    }
}

/// Stacks weighted by bytes, and by blocks.
fn fold_dhat(json: &str) -> Result<(FoldedStacks, FoldedStacks), Error> {
    let dhat: DhatProfile = serde_json::from_str(json)
        .map_err(|error| Error::failed(format!("failed to parse the heap profile: {error}")))?;
    let (mut bytes, mut blocks) = (FoldedStacks::default(), FoldedStacks::default());
    for point in &dhat.pps {
        let frames = || {
            let frames = point.fs.iter().rev();
            frames.filter_map(|index| dhat.ftbl.get(*index).map(|frame| function_name(frame)))
        };
        bytes.add(frames(), point.tb);
        blocks.add(frames(), point.tbk);
    }
    Ok((bytes, blocks))
}

/// The name in a frame `0xADDRESS: NAME (PLACE)`.
fn function_name(frame: &str) -> &str {
    let name = match frame.split_once(": ") {
        Some((address, name)) if address.starts_with("0x") => name,
        _ => frame,
    };
    match name.rsplit_once(" (") {
        Some((name, place)) if place.ends_with(')') => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{fold_dhat, function_name};

    const SAMPLE: &str = r#"{
        "dhatFileVersion": 2, "mode": "rust-heap", "verb": "Allocated", "tg": 1, "te": 2,
        "pps": [
            {"tb": 300, "tbk": 3, "tl": 9, "mb": 100, "mbk": 1, "gb": 0, "gbk": 0, "eb": 0, "ebk": 0,
             "fs": [1, 2, 3]},
            {"tb": 64, "tbk": 1, "tl": 9, "mb": 64, "mbk": 1, "gb": 0, "gbk": 0, "eb": 0, "ebk": 0,
             "fs": [4, 2, 3]},
            {"tb": 8, "tbk": 2, "tl": 9, "mb": 8, "mbk": 1, "gb": 0, "gbk": 0, "eb": 0, "ebk": 0,
             "fs": [1, 3]}
        ],
        "ftbl": [
            "[root]",
            "0x5581: bytes::bytes_mut::BytesMut::reserve (src/bytes_mut.rs:600:13)",
            "0x5582: <T as hyper::Read>::poll::{{closure}} (h1/io.rs:1:2)",
            "0x5583: hammer_core::worker::run (hammer-core/src/worker.rs:1:2)",
            "0x5591: bytes::bytes_mut::BytesMut::reserve (src/bytes_mut.rs:700:13)"
        ]
    }"#;

    #[test]
    fn folds_program_points_to_stacks() {
        let (bytes, blocks) = fold_dhat(SAMPLE).expect("the sample is well-formed");
        let deep = "hammer_core::worker::run;<T as hyper::Read>::poll::{{closure}};\
                    bytes::bytes_mut::BytesMut::reserve";
        let flat = "hammer_core::worker::run;bytes::bytes_mut::BytesMut::reserve";
        assert_eq!(bytes.lines(), [format!("{deep} 364"), format!("{flat} 8")]);
        assert_eq!(blocks.lines(), [format!("{deep} 4"), format!("{flat} 2")]);
    }

    #[test]
    fn refuses_invalid_profiles() {
        for json in ["", "{}", r#"{"pps":[{"tb":-1,"tbk":1,"fs":[]}],"ftbl":[]}"#] {
            assert!(fold_dhat(json).is_err(), "{json}");
        }
    }

    #[test]
    fn finds_the_function_in_a_frame() {
        let table = [
            ("0x1f: a::b (c.rs:1:2)", "a::b"),
            ("0x1f: <(A, B) as C>::d (c.rs:1:2)", "<(A, B) as C>::d"),
            ("0x1f: main (???:0:0)", "main"),
            ("0x1f: ???", "???"),
            ("[root]", "[root]"),
        ];
        for (frame, expected) in table {
            assert_eq!(function_name(frame), expected, "{frame}");
        }
    }
}
