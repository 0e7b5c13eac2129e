//! Reads name, description and dependencies from a `Cargo.toml`.
//!
//! It reads manifests line by line, in the style of this workspace, and is not a TOML parser.

/// The parts of a manifest that the checks need.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CargoManifest {
    /// The name of the package.
    pub(crate) name: String,
    /// The description and its line.
    pub(crate) description: Option<(usize, String)>,
    /// The dependencies and build dependencies, each with its line.
    pub(crate) dependencies: Vec<(usize, String)>,
}

impl CargoManifest {
    /// Reads a manifest.
    pub(crate) fn parse(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut section = String::new();
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                section = header.0.trim().to_owned();
                if let Some(name) = dependency_table_name(&section) {
                    manifest.dependencies.push((number, name.to_owned()));
                }
                continue;
            }
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let (key, value) = (key.trim(), value.trim());
            if section == "package" && key == "name" {
                manifest.name = basic_string(value).unwrap_or_default();
            } else if section == "package" && key == "description" {
                manifest.description = basic_string(value).map(|text| (number, text));
            } else if is_dependency_section(&section) && !key.starts_with('#') {
                let name = key.split('.').next().unwrap_or(key).trim_matches('"');
                let name = package_name(value).unwrap_or_else(|| name.to_owned());
                manifest.dependencies.push((number, name));
            }
        }
        manifest
    }
}

fn is_dependency_section(section: &str) -> bool {
    section == "dependencies"
        || section == "build-dependencies"
        || section.starts_with("target.") && section.ends_with(".dependencies")
}

/// The name in `[dependencies.NAME]`.
fn dependency_table_name(section: &str) -> Option<&str> {
    let (before, name) = section.rsplit_once('.')?;
    is_dependency_section(before).then(|| name.trim_matches('"'))
}

/// The name in `{ package = "NAME", … }`, for a renamed dependency.
fn package_name(value: &str) -> Option<String> {
    let (_, rest) = value.split_once("package")?;
    basic_string(rest.trim_start().strip_prefix('=')?.trim_start())
}

/// The basic string at the start of `value`.
fn basic_string(value: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = value.strip_prefix('"')?.chars();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CargoManifest;

    #[test]
    fn reads_name_description_and_dependencies() {
        let text = r#"
[package]
name = "hammer-x"
description = "Says \"x\"."
version.workspace = true

[dependencies]
# commented = "1"
alpha.workspace = true
beta = { version = "1", features = ["a"] }
gamma = { package = "delta", version = "1" }

[target.'cfg(unix)'.dependencies]
rustix.workspace = true

[dependencies.epsilon]
version = "1"

[dev-dependencies]
zeta = "1"
"#;
        let manifest = CargoManifest::parse(text);
        assert_eq!(manifest.name, "hammer-x");
        assert_eq!(manifest.description, Some((4, "Says \"x\".".to_owned())));
        let names: Vec<(usize, &str)> = manifest
            .dependencies
            .iter()
            .map(|(line, name)| (*line, name.as_str()))
            .collect();
        let expected = [
            (9, "alpha"),
            (10, "beta"),
            (11, "delta"),
            (14, "rustix"),
            (16, "epsilon"),
        ];
        assert_eq!(names, expected);
    }
}
