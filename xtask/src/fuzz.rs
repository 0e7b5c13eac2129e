//! Fuzzes every parser of user input and of responses with libFuzzer.
//!
//! The fuzz targets are a separate workspace, because they need a nightly toolchain. The functions
//! that they call belong to the tests of the crate under test, which also run them on the corpus.

use std::fs;
use std::path::Path;

use crate::cargo;

/// The fuzz targets, each with the crate that owns its corpus.
const FUZZ_TARGETS: [(&str, &str); 9] = [
    ("rates", "hammer-core"),
    ("thresholds", "hammer-plan"),
    ("plans", "hammer-plan"),
    ("formats", "hammer-replay"),
    ("logs", "hammer-replay"),
    ("detection", "hammer-replay"),
    ("templates", "hammer-data"),
    ("http1", "hammer-wire"),
    ("http2", "hammer-wire"),
];

/// The target to fuzz (`None` for all) and the seconds per target.
type FuzzSelection<'a> = (Option<&'a str>, &'a str);

/// Default seconds per target.
const DEFAULT_SECONDS: &str = "60";
const USAGE: &str = "expected `cargo xtask fuzz [TARGET] [SECONDS]`, where TARGET is `rates`, \
                     `thresholds`, `plans`, `formats`, `logs`, `detection`, `templates`, `http1` \
                     or `http2`";

/// Runs the target that `arguments` name, or all of them, and stops at the first finding.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let (selected, seconds) = parse_arguments(arguments)?;
    for (target, owner) in FUZZ_TARGETS {
        if selected.is_none_or(|selected| selected == target) {
            println!("\n== {target}, for {seconds} s");
            fuzz_target(root, target, owner, seconds)?;
        }
    }
    Ok(())
}

fn parse_arguments<'a>(arguments: &[&'a str]) -> Result<FuzzSelection<'a>, String> {
    let is_target = |word: &str| FUZZ_TARGETS.iter().any(|(target, _)| *target == word);
    let is_number = |word: &str| word.parse::<u32>().is_ok_and(|seconds| seconds > 0);
    match *arguments {
        [] => Ok((None, DEFAULT_SECONDS)),
        [target] if is_target(target) => Ok((Some(target), DEFAULT_SECONDS)),
        [seconds] if is_number(seconds) => Ok((None, seconds)),
        [target, seconds] if is_target(target) && is_number(seconds) => Ok((Some(target), seconds)),
        _ => Err(format!(
            "unknown arguments `{}`; {USAGE}",
            arguments.join(" ")
        )),
    }
}

fn fuzz_target(root: &Path, target: &str, owner: &str, seconds: &str) -> Result<(), String> {
    // New inputs go below `target`; the corpus in the repository is only read.
    let (new_inputs, findings) = (
        format!("target/fuzz/corpus/{target}"),
        format!("target/fuzz/artifacts/{target}/"),
    );
    for folder in [&new_inputs, &findings] {
        fs::create_dir_all(root.join(folder))
            .map_err(|error| format!("failed to create {folder}: {error}"))?;
    }
    // Not `cargo +nightly`: the cargo that runs this program may precede rustup's on PATH.
    let status = cargo::without_package_variables("rustup")
        .args(["run", "nightly", "cargo", "fuzz", "run", target])
        .args(["--fuzz-dir", "xtask/fuzz", "--target-dir", "target/fuzz"])
        .args([&new_inputs, &format!("crates/{owner}/tests/fuzz/{target}")])
        .args(["--", "-timeout=5", "-malloc_limit_mb=16", "-max_len=2000"])
        .args([&format!("-max_total_time={seconds}")])
        .args([&format!("-artifact_prefix={findings}")])
        .current_dir(root)
        .status()
        .map_err(|error| format!("failed to start rustup: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!(
        "the fuzzer failed with {status}; findings, if any, are in {findings}; it needs a nightly \
         toolchain and cargo-fuzz (see docs/dev/CONTRIBUTING.md)"
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{FUZZ_TARGETS, FuzzSelection, parse_arguments};

    #[test]
    fn parses_targets_and_seconds() {
        let table: [(&[&str], Option<FuzzSelection<'_>>); 7] = [
            (&[], Some((None, "60"))),
            (&["plans"], Some((Some("plans"), "60"))),
            (&["5"], Some((None, "5"))),
            (&["rates", "5"], Some((Some("rates"), "5"))),
            (&["5", "rates"], None),
            (&["rate"], None),
            (&["rates", "0"], None),
        ];
        for (words, expected) in table {
            assert_eq!(parse_arguments(words).ok(), expected, "{words:?}");
        }
    }

    #[test]
    fn parses_the_commands_of_the_docs() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/dev/CONTRIBUTING.md");
        let page = std::fs::read_to_string(page).expect("the page exists");
        let commands = page
            .lines()
            .filter_map(|line| line.strip_prefix("cargo xtask fuzz"));
        let commands: Vec<_> = commands
            .filter_map(|words| words.split('#').next())
            .collect();
        assert!(commands.len() >= 3, "{commands:?}");
        for words in commands {
            let words: Vec<_> = words.split_whitespace().collect();
            assert!(parse_arguments(&words).is_ok(), "{words:?}");
        }
    }

    /// The files are checked here because only the fuzzer builds its workspace.
    #[test]
    fn each_target_has_a_function_and_a_corpus() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let manifest = std::fs::read_to_string(root.join("xtask/fuzz/Cargo.toml"));
        let manifest = manifest.expect("the manifest exists");
        assert_eq!(manifest.matches("[[bin]]").count(), FUZZ_TARGETS.len());
        for (target, owner) in FUZZ_TARGETS {
            let path = format!("targets/{target}.rs");
            assert!(manifest.contains(&format!("path = \"{path}\"")), "{target}");
            let source = std::fs::read_to_string(root.join("xtask/fuzz").join(path));
            let source = source.expect("the source exists");
            let function = source
                .split("#[path = \"")
                .nth(1)
                .expect("a #[path] attribute");
            let function = function.split('"').next().expect("a closing quote");
            let targets = root.join("xtask/fuzz/targets");
            assert!(targets.join(function).is_file(), "{function}");
            let corpus = root.join(format!("crates/{owner}/tests/fuzz/{target}"));
            assert!(corpus.is_dir(), "{}", corpus.display());
        }
    }
}
