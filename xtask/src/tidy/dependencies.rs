//! Checks the dependencies between crates against the allowed ones.

use super::finding::TidyFinding;
use super::manifest::CargoManifest;
use super::source_tree::SourceTree;

/// The crates of the workspace that each crate may depend on; `None` means all of them.
const ALLOWED_DEPENDENCIES: &[(&str, Option<&[&str]>)] = &[
    ("hammer-diagnostic", Some(&[])),
    ("hammer-files", Some(&[])),
    ("hammer-wire", Some(&[])),
    ("hammer-stats", Some(&[])),
    ("hammer-core", Some(&["hammer-diagnostic", "hammer-stats"])),
    ("hammer-data", Some(&["hammer-diagnostic", "hammer-files"])),
    (
        "hammer-net",
        Some(&[
            "hammer-core",
            "hammer-diagnostic",
            "hammer-files",
            "hammer-wire",
        ]),
    ),
    (
        "hammer-http",
        Some(&[
            "hammer-core",
            "hammer-data",
            "hammer-diagnostic",
            "hammer-files",
            "hammer-net",
            "hammer-wire",
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
    (
        "hammer-analysis",
        Some(&["hammer-core", "hammer-diagnostic", "hammer-stats"]),
    ),
    ("hammer-target", Some(&["hammer-core", "hammer-diagnostic"])),
    (
        "hammer-replay",
        Some(&[
            "hammer-core",
            "hammer-data",
            "hammer-diagnostic",
            "hammer-files",
        ]),
    ),
    (
        "hammer-html",
        Some(&[
            "hammer-analysis",
            "hammer-core",
            "hammer-diagnostic",
            "hammer-plan",
            "hammer-stats",
        ]),
    ),
    (
        "hammer-tui",
        Some(&["hammer-core", "hammer-diagnostic", "hammer-stats"]),
    ),
    ("hammer-cli", None),
];

/// External crates for hammer-cli alone: they parse arguments or set up logging.
const CLI_ONLY_CRATES: &[&str] = &["clap", "tracing-subscriber"];

/// Checks the dependencies of every crate, except dev-dependencies.
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
                format!("no allowed dependencies listed for `{}`", manifest.name),
                "add it to xtask/src/tidy/dependencies.rs",
            ));
        }
        for (line, dependency) in &manifest.dependencies {
            if let Some(remedy) = dependency_violation(&manifest.name, dependency) {
                let problem = format!("`{}` depends on `{dependency}`", manifest.name);
                findings.push(TidyFinding::new(path, *line, problem, remedy));
            }
        }
    }
    findings
}

/// The remedy if `from` must not depend on `to`.
fn dependency_violation(from: &str, to: &str) -> Option<String> {
    if CLI_ONLY_CRATES.contains(&to) && from != "hammer-cli" {
        return Some(format!("only hammer-cli may depend on `{to}`"));
    }
    if !to.starts_with("hammer-") {
        return None;
    }
    let (_, allowed) = ALLOWED_DEPENDENCIES
        .iter()
        .find(|(name, _)| *name == from)?;
    match (*allowed)? {
        allowed if allowed.contains(&to) => None,
        [] => Some("it must not depend on other crates of the workspace".to_owned()),
        allowed => Some(format!(
            "its allowed dependencies in the workspace: {}",
            allowed.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{check, dependency_violation};
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn allows_the_listed_dependencies() {
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
    fn names_the_line_and_the_unlisted_crate() {
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
                "crates/hammer-new/Cargo.toml:1: no allowed dependencies listed for `hammer-new`; \
                 add it to xtask/src/tidy/dependencies.rs",
                "crates/hammer-stats/Cargo.toml:4: `hammer-stats` depends on `clap`; \
                 only hammer-cli may depend on `clap`",
            ]
        );
    }
}
