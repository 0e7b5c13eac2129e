//! Lints each cargo feature on its own, and none, in the crates that have features.

use std::fs;
use std::path::Path;

use crate::cargo;

/// Crates whose features select what they are built with.
const CRATES: [&str; 2] = ["hammer-cli", "hammer-http"];

/// Lints the crates with no feature and with each feature alone, with warnings as errors.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    for package in CRATES {
        let path = root.join("crates").join(package).join("Cargo.toml");
        let manifest = fs::read_to_string(&path)
            .map_err(|error| format!("failed to read {}: {error}", path.display()))?;
        lint(root, package, "")?;
        for feature in features(&manifest) {
            lint(root, package, feature)?;
        }
    }
    Ok(())
}

fn lint(root: &Path, package: &str, feature: &str) -> Result<(), String> {
    println!(
        "{package} with {}",
        if feature.is_empty() {
            "no feature"
        } else {
            feature
        }
    );
    let status = cargo::cargo_command()
        .args(["clippy", "--quiet", "--package", package])
        .args(["--no-default-features", "--features", feature])
        .args(["--", "-D", "warnings"])
        .current_dir(root)
        .status()
        .map_err(|error| format!("failed to start cargo: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!(
            "{package} has warnings with the feature {feature:?} alone (try `cargo clippy -p {package} \
             --no-default-features --features {feature:?}`)"
        ))
    }
}

/// The features of a manifest, without `default`, which the other checks cover.
fn features(manifest: &str) -> impl Iterator<Item = &str> {
    let lines = manifest.lines().map(str::trim);
    let section = lines.skip_while(|line| *line != "[features]").skip(1);
    let entries = section.take_while(|line| !line.starts_with('['));
    let names = entries.filter(|line| !line.starts_with('#'));
    let names = names.filter_map(|line| Some(line.split_once('=')?.0.trim()));
    names.filter(|name| *name != "default")
}

#[cfg(test)]
mod tests {
    use super::features;

    #[test]
    fn features_are_read_from_their_section() {
        let manifest = "[package]\nname = \"a\"\n\n[features]\n# All = it has.\ndefault = [\"b\"]\n\
                        b = []\nc-d = [\"b\"]\n\n[dependencies]\ne = \"1\"\n";
        assert_eq!(features(manifest).collect::<Vec<_>>(), ["b", "c-d"]);
        assert_eq!(features("[package]\nname = \"a\"\n").count(), 0);
    }
}
