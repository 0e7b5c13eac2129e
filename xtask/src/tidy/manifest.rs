//! The few lines of a `Cargo.toml` that the checks look at.
//!
//! It reads the TOML that people write in manifests, line by line, not all of TOML.

/// A manifest, as far as the checks read it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The name of the package.
    pub(crate) name: String,
    /// Its description and the line of that.
    pub(crate) description: Option<(usize, String)>,
    /// The dependencies of its build, with the line of each. Dev-dependencies are left out.
    pub(crate) dependencies: Vec<(usize, String)>,
}

impl Manifest {
    /// Reads a manifest.
    pub(crate) fn parse(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut section = String::new();
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                // `[target.'cfg(unix)'.dependencies]` holds no bracket of its own.
                section = header.0.trim().to_owned();
                if let Some(name) = own_table(&section) {
                    manifest.dependencies.push((number, name.to_owned()));
                }
                continue;
            }
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let (key, value) = (key.trim(), value.trim());
            if section == "package" && key == "name" {
                manifest.name = quoted(value).unwrap_or_default();
            } else if section == "package" && key == "description" {
                manifest.description = quoted(value).map(|text| (number, text));
            } else if is_dependencies(&section) && !key.starts_with('#') {
                let name = key.split('.').next().unwrap_or(key).trim_matches('"');
                let name = renamed(value).unwrap_or_else(|| name.to_owned());
                manifest.dependencies.push((number, name));
            }
        }
        manifest
    }
}

fn is_dependencies(section: &str) -> bool {
    section == "dependencies"
        || section == "build-dependencies"
        || section.starts_with("target.") && section.ends_with(".dependencies")
}

/// The dependency of `[dependencies.NAME]`.
fn own_table(section: &str) -> Option<&str> {
    let (before, name) = section.rsplit_once('.')?;
    is_dependencies(before).then(|| name.trim_matches('"'))
}

/// The true name of a dependency that is called otherwise here: `{ package = "NAME", … }`.
fn renamed(value: &str) -> Option<String> {
    let (_, rest) = value.split_once("package")?;
    quoted(rest.trim_start().strip_prefix('=')?.trim_start())
}

/// The text of a basic string at the start of `value`.
fn quoted(value: &str) -> Option<String> {
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
    use super::Manifest;

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
        let manifest = Manifest::parse(text);
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
