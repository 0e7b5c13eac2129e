//! The arrows between crates: the dependencies that each may have.

use super::finding::Finding;
use super::manifest::Manifest;
use super::tree::Tree;

/// The crates of the workspace that each crate may depend on; `None` means all of them.
///
/// Adding a row for a new crate is a decision on its dependencies.
const ALLOWED: &[(&str, Option<&[&str]>)] = &[
    ("hammer-diagnostic", Some(&[])),
    ("hammer-stats", Some(&[])),
    ("hammer-core", Some(&["hammer-diagnostic", "hammer-stats"])),
    ("hammer-data", Some(&["hammer-diagnostic"])),
    ("hammer-net", Some(&["hammer-core", "hammer-diagnostic"])),
    (
        "hammer-http",
        Some(&[
            "hammer-core",
            "hammer-data",
            "hammer-diagnostic",
            "hammer-net",
        ]),
    ),
    (
        "hammer-mqtt",
        Some(&[
            "hammer-core",
            "hammer-data",
            "hammer-diagnostic",
            "hammer-net",
        ]),
    ),
    ("hammer-plan", Some(&["hammer-core", "hammer-diagnostic"])),
    ("hammer-target", Some(&["hammer-core", "hammer-diagnostic"])),
    (
        "hammer-replay",
        Some(&["hammer-core", "hammer-data", "hammer-diagnostic"]),
    ),
    ("hammer-cli", None),
];

/// Crates that only the command uses: they parse arguments, or set up logging.
const OF_THE_COMMAND: &[&str] = &["clap", "tracing-subscriber"];

/// Checks every crate's dependencies, except those of its tests.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.crate_manifests() {
        let manifest = Manifest::parse(text);
        if !ALLOWED.iter().any(|(name, _)| *name == manifest.name) {
            findings.push(Finding::new(
                path,
                1,
                format!("no list of allowed dependencies for `{}`", manifest.name),
                "give it a row in xtask/src/tidy/arrows.rs",
            ));
        }
        for (line, dependency) in &manifest.dependencies {
            if let Some(right) = objection(&manifest.name, dependency) {
                let wrong = format!("`{}` depends on `{dependency}`", manifest.name);
                findings.push(Finding::new(path, *line, wrong, right));
            }
        }
    }
    findings
}

/// The remedy, if `from` must not depend on `to`.
fn objection(from: &str, to: &str) -> Option<String> {
    if OF_THE_COMMAND.contains(&to) && from != "hammer-cli" {
        return Some(format!("`{to}` belongs to hammer-cli alone"));
    }
    if !to.starts_with("hammer-") {
        return None;
    }
    let (_, allowed) = ALLOWED.iter().find(|(name, _)| *name == from)?;
    match (*allowed)? {
        allowed if allowed.contains(&to) => None,
        [] => Some("it may not depend on any other crate of this workspace".to_owned()),
        allowed => Some(format!(
            "of this workspace it may depend on {} only",
            allowed.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, objection};
    use crate::tidy::tree::Tree;

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
            assert_eq!(objection(from, to).is_none(), allowed, "{from} -> {to}");
        }
    }

    #[test]
    fn names_the_line_and_the_crate_without_a_row() {
        let tree = Tree::of(&[
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
                "crates/hammer-new/Cargo.toml:1: no list of allowed dependencies for `hammer-new`; \
                 give it a row in xtask/src/tidy/arrows.rs",
                "crates/hammer-stats/Cargo.toml:4: `hammer-stats` depends on `clap`; \
                 `clap` belongs to hammer-cli alone",
            ]
        );
    }
}
