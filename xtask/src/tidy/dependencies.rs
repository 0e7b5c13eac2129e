//! The arrows between crates: who may know whom.

use super::finding::TidyFinding;
use super::manifest::CargoManifest;
use super::source_tree::SourceTree;

/// Which crates of the workspace a crate may depend on; `None` stands for all of them.
///
/// A new crate gets a row, and with it somebody decides what it may know.
const ALLOWED_DEPENDENCIES: &[(&str, Option<&[&str]>)] = &[
    ("hammer-stats", Some(&[])),
    ("hammer-core", Some(&["hammer-stats"])),
    ("hammer-data", Some(&[])),
    ("hammer-net", Some(&["hammer-core"])),
    (
        "hammer-http",
        Some(&["hammer-core", "hammer-data", "hammer-net"]),
    ),
    (
        "hammer-mqtt",
        Some(&["hammer-core", "hammer-data", "hammer-net"]),
    ),
    ("hammer-plan", Some(&["hammer-core"])),
    ("hammer-target", Some(&["hammer-core"])),
    ("hammer-replay", Some(&["hammer-core", "hammer-data"])),
    ("hammer-cli", None),
];

/// Crates that belong to the command alone: they parse arguments, or say where logs go.
const CLI_ONLY_CRATES: &[&str] = &["clap", "tracing-subscriber"];

/// Checks every crate's dependencies. What its tests use is its own affair.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    for (path, text) in tree.crate_manifests() {
        let manifest = CargoManifest::parse(text);
        if !ALLOWED_DEPENDENCIES
            .iter()
            .any(|(name, _)| *name == manifest.name)
        {
            findings.push(TidyFinding::new(
                path,
                1,
                format!("nobody decided what `{}` may depend on", manifest.name),
                "give it a row in xtask/src/tidy/arrows.rs",
            ));
        }
        for (line, dependency) in &manifest.dependencies {
            if let Some(right) = dependency_violation(&manifest.name, dependency) {
                let wrong = format!("`{}` depends on `{dependency}`", manifest.name);
                findings.push(TidyFinding::new(path, *line, wrong, right));
            }
        }
    }
    findings
}

/// What would be right, if `from` must not depend on `to`.
fn dependency_violation(from: &str, to: &str) -> Option<String> {
    if CLI_ONLY_CRATES.contains(&to) && from != "hammer-cli" {
        return Some(format!("`{to}` belongs to hammer-cli alone"));
    }
    if !to.starts_with("hammer-") {
        return None;
    }
    let (_, allowed) = ALLOWED_DEPENDENCIES
        .iter()
        .find(|(name, _)| *name == from)?;
    match (*allowed)? {
        allowed if allowed.contains(&to) => None,
        [] => Some("it may know no other crate of this workspace".to_owned()),
        allowed => Some(format!(
            "of this workspace it may know {} only",
            allowed.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, dependency_violation};
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn knows_the_arrows() {
        let table = [
            ("hammer-core", "hammer-stats", true),
            ("hammer-stats", "hammer-core", false),
            ("hammer-stats", "hdrhistogram", true),
            ("hammer-core", "hammer-http", false),
            ("hammer-http", "hammer-core", true),
            ("hammer-http", "hammer-stats", false),
            ("hammer-http", "hammer-mqtt", false),
            ("hammer-mqtt", "hammer-replay", false),
            ("hammer-data", "hammer-core", false),
            ("hammer-http", "hammer-data", true),
            ("hammer-target", "hammer-core", true),
            ("hammer-target", "hammer-http", false),
            ("hammer-http", "clap", false),
            ("hammer-core", "tracing-subscriber", false),
            ("hammer-core", "tracing", true),
            ("hammer-cli", "clap", true),
            ("hammer-cli", "hammer-http", true),
        ];
        for (from, to, allowed) in table {
            assert_eq!(
                dependency_violation(from, to).is_none(),
                allowed,
                "{from} -> {to}"
            );
        }
    }

    #[test]
    fn names_the_line_and_the_crate_without_a_row() {
        let tree = SourceTree::from_texts(&[
            (
                "crates/hammer-stats/Cargo.toml",
                "[package]\nname = \"hammer-stats\"\n[dependencies]\nclap = \"4\"\n",
            ),
            (
                "crates/hammer-new/Cargo.toml",
                "[package]\nname = \"hammer-new\"\n",
            ),
        ]);
        let findings: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            findings,
            [
                "crates/hammer-new/Cargo.toml:1: nobody decided what `hammer-new` may depend on; \
                 give it a row in xtask/src/tidy/arrows.rs",
                "crates/hammer-stats/Cargo.toml:4: `hammer-stats` depends on `clap`; \
                 `clap` belongs to hammer-cli alone",
            ]
        );
    }
}
