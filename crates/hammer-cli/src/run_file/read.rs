//! The one reader of run files, for all commands.

use std::io;
use std::path::Path;

use hammer_core::RunFile;
use hammer_files::InputFile;

use super::read_error;
use super::run_file_bytes;

/// Reads the run file at `path`, or from stdin if `path` is `-`.
///
/// It may be JSON, compressed with zstd or not, or the page of HTML that has it inside.
///
/// # Errors
///
/// A text about the file, without its name, if it cannot be read or is not a run file.
pub(crate) fn read(path: &Path) -> Result<RunFile, String> {
    let bytes = if path == Path::new("-") {
        InputFile::Run.read_from(io::stdin().lock())
    } else {
        InputFile::Run.read(path)
    };
    let bytes = bytes.map_err(|error| format!("failed to read the run file: {error}"))?;
    parse(bytes)
}

pub(super) fn parse(bytes: Vec<u8>) -> Result<RunFile, String> {
    let json = run_file_bytes::json(bytes)?;
    RunFile::from_json(&json).map_err(|error| read_error::message(&error, &json))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hammer_core::PlanReport;
    use serde_json::json;

    use super::*;
    use crate::report::text::golden;

    /// The run file of a run without answers, whose histograms are empty.
    fn run_json() -> Vec<u8> {
        let none = golden::summary(0, [0.0; 5]);
        let report = golden::report(&[
            ("/response_us", none.clone()),
            ("/service_us", none.clone()),
            ("/lateness_us", none),
            ("/phases_us", json!({})),
        ]);
        let report = PlanReport::from_single_load(report);
        RunFile::new(report).to_json().expect("a run file")
    }

    /// The message about bytes that are not a run file.
    fn message(bytes: &[u8]) -> String {
        parse(bytes.to_owned()).expect_err("not a run file")
    }

    #[test]
    fn compressed_files_are_read() {
        let json = run_json();
        let compressed = zstd::bulk::compress(&json, 3).expect("compressed");
        let run = parse(json).expect("a run file");
        assert_eq!(parse(compressed), Ok(run));
    }

    #[test]
    fn runs_inside_of_pages_are_read() {
        let run = parse(run_json()).expect("a run file");
        let page = hammer_html::report_page(&run);
        assert_eq!(parse(page.into_bytes()), Ok(run));
    }

    /// The message about a damaged page was that it had no run.
    #[test]
    fn damaged_runs_inside_of_pages_have_a_reason() {
        let page = hammer_html::report_page(&parse(run_json()).expect("a run file"));
        let start = page.find("id=\"hammer-run\">").expect("a run") + 16;
        let bomb = zstd::stream::encode_all(io::Read::take(io::repeat(0), 300 << 20), 1);
        let bomb = STANDARD.encode(bomb.expect("compressed"));
        let bomb = format!("{{\"zstd\":\"{bomb}\"}}");
        for (inside, expected) in [
            (
                "{\"zstd\"",
                "the run inside of the page is damaged: invalid JSON",
            ),
            ("{\"zstd\":\"?\"}", "damaged: expected base64"),
            ("{\"zstd\":\"AAAA\"}", "failed to decompress the run file"),
            (bomb.as_str(), "at most 256 MiB, found more"),
        ] {
            let damaged = format!("{}{inside}</script>", &page[..start]);
            let message = message(damaged.as_bytes());
            assert!(message.contains(expected), "{message}");
        }
        let message = message(&page.as_bytes()[..start + 9]);
        assert!(message.contains("the page ends too early"), "{message}");
    }

    #[test]
    fn messages_say_what_was_found_and_what_to_do() {
        let json = run_json();
        let text = String::from_utf8(json.clone()).expect("JSON is UTF-8");
        let newer = text.replacen("hammer.run/1", "hammer.run/2", 1);
        for (bytes, expected) in [
            (&b""[..], "expected a run file, found an empty file"),
            (b" \n", "expected a run file, found an empty file"),
            (&json[..json.len() / 2], "the run file ends too early"),
            (b"rate = 1\n", "expected a run file: invalid JSON"),
            (
                b"\n<!doctype html><title>x</title>",
                "expected the page of a run, which has the run inside, found another page (try the run",
            ),
            (b"\0\0", "expected a run file: invalid JSON"),
            (
                b"{}",
                "expected schema 'hammer.run/1', found none (try a file of '-o run=PATH')",
            ),
            (
                br#"{"schema":"hammer.report/1"}"#,
                "found 'hammer.report/1', which has no histograms (try '-o run=PATH' in the run",
            ),
            (
                newer.as_bytes(),
                "expected schema 'hammer.run/1', found 'hammer.run/2' (try the version of hammer",
            ),
            (
                br#"{"schema":"hammer.run/1"}"#,
                "invalid run file: missing field",
            ),
        ] {
            let message = message(bytes);
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn damaged_compressed_files_are_refused() {
        let compressed = zstd::bulk::compress(&run_json(), 3).expect("compressed");
        let cut = message(&compressed[..compressed.len() / 2]);
        assert!(cut.contains("failed to decompress the run file"), "{cut}");
        // 300 MB of zeros are some kilobytes.
        let bomb = zstd::stream::encode_all(io::Read::take(io::repeat(0), 300 << 20), 1);
        let bomb = message(&bomb.expect("compressed"));
        assert!(
            bomb.contains("expected at most 256 MiB, found more"),
            "{bomb}"
        );
    }
}
