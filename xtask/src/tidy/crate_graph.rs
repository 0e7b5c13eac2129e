//! The dependencies between the crates, as a diagram and as a table.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::CargoManifest;
use super::source_tree::SourceTree;

/// The crates in `crates/`, each with its dependencies among them, without dev-dependencies.
#[derive(Debug)]
pub(crate) struct CrateGraph(BTreeMap<String, BTreeSet<String>>);

impl CrateGraph {
    /// Reads the manifests.
    pub(crate) fn read(tree: &SourceTree) -> Self {
        let mut graph: BTreeMap<String, BTreeSet<String>> = tree
            .crate_manifests()
            .map(|(_, text)| {
                let manifest = CargoManifest::parse(text);
                let names = manifest.dependencies.into_iter().map(|(_, name)| name);
                (manifest.name, names.collect())
            })
            .collect();
        let crates: BTreeSet<String> = graph.keys().cloned().collect();
        for (name, dependencies) in &mut graph {
            dependencies.retain(|other| crates.contains(other) && other != name);
        }
        Self(graph)
    }

    /// The crates in layers: each depends only on crates of earlier layers.
    ///
    /// Crates of a cycle, which cargo refuses, are the last layer.
    fn layers(&self) -> Vec<Vec<&str>> {
        let mut layers: Vec<Vec<&str>> = Vec::new();
        let mut left: BTreeSet<&str> = self.0.keys().map(String::as_str).collect();
        while !left.is_empty() {
            let is_ready = |name: &&str| self.0[*name].iter().all(|of| !left.contains(of.as_str()));
            let mut layer: Vec<&str> = left.iter().copied().filter(is_ready).collect();
            if layer.is_empty() {
                layer = left.iter().copied().collect();
            }
            left.retain(|name| !layer.contains(name));
            layers.push(layer);
        }
        layers
    }

    /// The direct dependencies of a crate that none of its other dependencies has.
    fn reduced_dependencies(&self, name: &str) -> Vec<&str> {
        let direct = &self.0[name];
        let is_indirect = |of: &str| {
            direct
                .iter()
                .any(|other| other != of && self.reaches(other, of))
        };
        let direct = direct.iter().map(String::as_str);
        direct.filter(|of| !is_indirect(of)).collect()
    }

    /// True if `from` depends on `to`, directly or not.
    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut pending = vec![from];
        while let Some(name) = pending.pop() {
            if seen.insert(name) {
                pending.extend(self.0[name].iter().map(String::as_str));
            }
        }
        from != to && seen.contains(to)
    }

    /// A diagram of the layers, with the leaves at the bottom.
    pub(crate) fn diagram(&self) -> String {
        let width = self.0.keys().map(String::len).max().unwrap_or(0);
        let layers: Vec<Vec<String>> = self
            .layers()
            .into_iter()
            .map(|layer| {
                let line = |name: &str| match self.reduced_dependencies(name).as_slice() {
                    [] => name.to_owned(),
                    names => format!("{name:<width$} ──► {}", names.join(", ")),
                };
                layer.into_iter().map(line).collect()
            })
            .collect();
        let lines = layers.iter().flatten();
        let width = lines.map(|line| line.chars().count()).max().unwrap_or(0);
        let rule = |left: char, right: char| format!("{left}{}{right}\n", "─".repeat(width + 2));
        let boxes: Vec<String> = layers
            .iter()
            .rev()
            .map(|lines| {
                let lines = lines.iter().map(|line| format!("│ {line:<width$} │\n"));
                lines.collect()
            })
            .collect();
        format!(
            "```text\n{}{}{}```\n",
            rule('┌', '┐'),
            boxes.join(&rule('├', '┤')),
            rule('└', '┘')
        )
    }

    /// A table of the crates with all direct dependencies, each crate below its dependencies.
    pub(crate) fn table(&self) -> String {
        let list = |names: &[&str]| match names {
            [] => "–".to_owned(),
            names => names.join(", "),
        };
        let rows = self.layers().into_iter().flatten().map(|name| {
            let uses: Vec<&str> = self.0[name].iter().map(String::as_str).collect();
            let users = self.0.iter().filter(|(_, uses)| uses.contains(name));
            let users: Vec<&str> = users.map(|(user, _)| user.as_str()).collect();
            format!("| {name} | {} | {} |\n", list(&uses), list(&users))
        });
        format!(
            "| crate | depends on | used by |\n|---|---|---|\n{}",
            rows.collect::<String>()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::CrateGraph;
    use crate::tidy::source_tree::SourceTree;

    fn graph(crates: &[(&str, &[&str])]) -> CrateGraph {
        let manifests: Vec<(String, String)> = crates
            .iter()
            .map(|(name, uses)| {
                let uses: String = uses.iter().map(|of| format!("{of} = \"1\"\n")).collect();
                let text = format!("[package]\nname = \"{name}\"\n[dependencies]\n{uses}");
                (format!("crates/{name}/Cargo.toml"), text)
            })
            .collect();
        let files: Vec<(&str, &str)> = manifests
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        CrateGraph::read(&SourceTree::from_texts(&files))
    }

    #[test]
    fn draws_layers_without_indirect_dependencies() {
        let graph = graph(&[
            (
                "x-cli",
                &["clap", "x-core", "x-stats", "x-target", "x-text"],
            ),
            ("x-core", &["x-stats", "x-text"]),
            ("x-stats", &["bytes"]),
            ("x-target", &["x-text"]),
            ("x-text", &[]),
        ]);
        let diagram = "\
```text
┌───────────────────────────────┐
│ x-cli    ──► x-core, x-target │
├───────────────────────────────┤
│ x-core   ──► x-stats, x-text  │
│ x-target ──► x-text           │
├───────────────────────────────┤
│ x-stats                       │
│ x-text                        │
└───────────────────────────────┘
```
";
        assert_eq!(graph.diagram(), diagram);
        let table = "\
| crate | depends on | used by |
|---|---|---|
| x-stats | – | x-cli, x-core |
| x-text | – | x-cli, x-core, x-target |
| x-core | x-stats, x-text | x-cli |
| x-target | x-text | x-cli |
| x-cli | x-core, x-stats, x-target, x-text | – |
";
        assert_eq!(graph.table(), table);
    }

    #[test]
    fn ends_on_a_cycle() {
        let graph = graph(&[("a", &["b"]), ("b", &["a"]), ("c", &[])]);
        assert_eq!(graph.layers(), [vec!["c"], vec!["a", "b"]]);
        assert!(graph.diagram().contains("│ a ──► b │"));
    }
}
