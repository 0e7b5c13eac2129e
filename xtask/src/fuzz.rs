//! Fuzzing of everything that reads a text of a user, with libFuzzer.
//!
//! The targets are a separate workspace, for a nightly toolchain. The functions that they call are
//! among the tests of the crate that owns them, which call them with the same corpus.

use std::fs;
use std::path::Path;

use crate::cargo;

/// A target, and the crate that owns its corpus.
const TARGETS: [(&str, &str); 6] = [
    ("rates", "hammer-core"),
    ("thresholds", "hammer-plan"),
    ("plans", "hammer-plan"),
    ("formats", "hammer-replay"),
    ("logs", "hammer-replay"),
    ("templates", "hammer-data"),
];

/// The target to fuzz, `None` for all, and the seconds for each.
type Wanted<'a> = (Option<&'a str>, &'a str);

/// Seconds for each target by default.
const SECONDS: &str = "60";
const USAGE: &str = "expected `cargo xtask fuzz`, with `rates`, `thresholds`, `plans`, `formats`, \
                     `logs` or `templates` for one target alone and a number of seconds for each";

/// Runs the targets that `arguments` name, or all, and stops at the first finding.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let (named, seconds) = understood(arguments)?;
    for (target, owner) in TARGETS {
        if named.is_none_or(|named| named == target) {
            println!("\n== {target}, for {seconds} s");
            fuzz(root, target, owner, seconds)?;
        }
    }
    Ok(())
}

fn understood<'a>(arguments: &[&'a str]) -> Result<Wanted<'a>, String> {
    let is_target = |word: &str| TARGETS.iter().any(|(target, _)| *target == word);
    let is_number = |word: &str| word.parse::<u32>().is_ok_and(|seconds| seconds > 0);
    match *arguments {
        [] => Ok((None, SECONDS)),
        [target] if is_target(target) => Ok((Some(target), SECONDS)),
        [seconds] if is_number(seconds) => Ok((None, seconds)),
        [target, seconds] if is_target(target) && is_number(seconds) => Ok((Some(target), seconds)),
        _ => Err(format!(
            "`fuzz` knows no `{}`; {USAGE}",
            arguments.join(" ")
        )),
    }
}

fn fuzz(root: &Path, target: &str, owner: &str, seconds: &str) -> Result<(), String> {
    // What it makes lies with all else that is built; the corpus that is kept is only read.
    let (found, bad) = (
        format!("target/fuzz/corpus/{target}"),
        format!("target/fuzz/artifacts/{target}/"),
    );
    for folder in [&found, &bad] {
        fs::create_dir_all(root.join(folder))
            .map_err(|error| format!("failed to make {folder}: {error}"))?;
    }
    // Not `cargo +nightly`: the cargo that runs this program may precede rustup's on PATH.
    let status = cargo::through("rustup")
        .args(["run", "nightly", "cargo", "fuzz", "run", target])
        .args(["--fuzz-dir", "xtask/fuzz", "--target-dir", "target/fuzz"])
        .args([&found, &format!("crates/{owner}/tests/fuzz/{target}")])
        .args(["--", "-timeout=5", "-malloc_limit_mb=16", "-max_len=2000"])
        .args([&format!("-max_total_time={seconds}")])
        .args([&format!("-artifact_prefix={bad}")])
        .current_dir(root)
        .status()
        .map_err(|error| format!("failed to start rustup: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!(
        "the fuzzer ended with {status}; its findings are in {bad}; without a nightly \
         toolchain or cargo-fuzz there are none (see docs/dev/CONTRIBUTING.md)"
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{TARGETS, Wanted, understood};

    #[test]
    fn understands_targets_and_seconds() {
        let table: [(&[&str], Option<Wanted<'_>>); 7] = [
            (&[], Some((None, "60"))),
            (&["plans"], Some((Some("plans"), "60"))),
            (&["5"], Some((None, "5"))),
            (&["rates", "5"], Some((Some("rates"), "5"))),
            (&["5", "rates"], None),
            (&["rate"], None),
            (&["rates", "0"], None),
        ];
        for (words, expected) in table {
            assert_eq!(understood(words).ok(), expected, "{words:?}");
        }
    }

    #[test]
    fn understands_the_docs() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/dev/CONTRIBUTING.md");
        let page = std::fs::read_to_string(page).expect("the page");
        let commands = page
            .lines()
            .filter_map(|line| line.strip_prefix("cargo xtask fuzz"));
        let commands: Vec<_> = commands
            .filter_map(|words| words.split('#').next())
            .collect();
        assert!(commands.len() >= 3, "{commands:?}");
        for words in commands {
            let words: Vec<_> = words.split_whitespace().collect();
            assert!(understood(&words).is_ok(), "{words:?}");
        }
    }

    /// Only the fuzzer builds its workspace, so its references are checked here.
    #[test]
    fn each_target_has_its_function_and_its_corpus() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let manifest = std::fs::read_to_string(root.join("xtask/fuzz/Cargo.toml"));
        let manifest = manifest.expect("the workspace of the fuzzer");
        assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
        for (target, owner) in TARGETS {
            let path = format!("targets/{target}.rs");
            assert!(manifest.contains(&format!("path = \"{path}\"")), "{target}");
            let source = std::fs::read_to_string(root.join("xtask/fuzz").join(path));
            let source = source.expect("the target");
            let function = source.split("#[path = \"").nth(1).expect("a function");
            let function = function.split('"').next().expect("a path");
            let targets = root.join("xtask/fuzz/targets");
            assert!(targets.join(function).is_file(), "{function}");
            let corpus = root.join(format!("crates/{owner}/tests/fuzz/{target}"));
            assert!(corpus.is_dir(), "{}", corpus.display());
        }
    }
}
