//! Checks the imports between the files of hammer-core: arrows point downwards, without circles.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::TidyFinding;
use super::rust::{self, RustSourcePieceKind};
use super::source_tree::SourceTree;

/// The sources that are checked.
const SOURCES: &str = "crates/hammer-core/src/";
/// The folders from top to bottom. A file imports only from its own folder and those below it.
const LAYERS: &[&str] = &["engine", "report", "host", "schedule", "model"];

/// An import of a file: the path from the root of the crate, and its line.
type ModuleImport = (String, usize);

/// Checks the layers of the files of hammer-core, and that no files import each other in a circle.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let modules = modules(tree);
    for source in tree.sources().filter(|s| s.path.starts_with(SOURCES)) {
        let Some(layer) = layer(source.file) else {
            continue;
        };
        for (path, line) in imports(source.file, source.text) {
            let Some(target) = defining_file(&modules, &path) else {
                findings.push(TidyFinding::new(
                    source.path,
                    line,
                    format!("`crate::{path}` does not name the module that defines it"),
                    "import it from that module, so that the layers can be checked",
                ));
                continue;
            };
            if layer_above(target, layer) {
                findings.push(TidyFinding::new(
                    source.path,
                    line,
                    format!(
                        "{} imports {target}, which is in a layer above",
                        source.file
                    ),
                    format!("the layers are {}, from top to bottom", LAYERS.join(", ")),
                ));
            }
            if target != source.file {
                graph.entry(source.file).or_default().insert(target);
            }
        }
    }
    findings.extend(circles(&graph).into_iter().map(|circle| {
        let path = format!("{SOURCES}{}", circle[0]);
        TidyFinding::new(
            &path,
            1,
            format!("the files import each other: {}", circle.join(", ")),
            "move what they share to a file below both",
        )
    }));
    findings
}

/// The files by their module path, such as `report::verdict` for `report/verdict/mod.rs`.
fn modules(tree: &SourceTree) -> BTreeMap<String, &str> {
    let sources = tree.sources().filter(|s| s.path.starts_with(SOURCES));
    let module = |file: &str| {
        let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
        path.replace('/', "::")
    };
    sources
        .map(|source| (module(source.file), source.file))
        .collect()
}

/// The layer of a file, from 0 at the top; `None` outside the layers.
fn layer(file: &str) -> Option<usize> {
    let folder = file.split_once('/')?.0;
    LAYERS.iter().position(|layer| *layer == folder)
}

/// True if `file` is above `layer`, or in no layer.
fn layer_above(file: &str, below: usize) -> bool {
    layer(file).is_none_or(|layer| layer < below)
}

/// The file of the longest module path that `path` begins with.
///
/// `None` if that is the file of a whole layer, which defines nothing.
fn defining_file<'a>(modules: &BTreeMap<String, &'a str>, path: &str) -> Option<&'a str> {
    let mut path = path;
    loop {
        if let Some(file) = modules.get(path) {
            return Some(*file).filter(|_| path.contains("::"));
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// The paths after `crate::` and `super::` in the code of a source, without its test module.
fn imports(file: &str, text: &str) -> Vec<ModuleImport> {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    let mut imports = Vec::new();
    for piece in rust::pieces(text) {
        if piece.kind != RustSourcePieceKind::Code {
            continue;
        }
        for keyword in ["crate::", "super::"] {
            for (at, _) in piece.text.match_indices(keyword) {
                let before = &piece.text[..at];
                // Of several `super::`, the first one counts the others.
                if before.ends_with("pub(") || before.ends_with("super::") {
                    continue;
                }
                let line = piece.line + before.matches('\n').count();
                let (base, path) = base_and_path(file, &piece.text[at..]);
                let paths = expand(&base, path).into_iter();
                imports.extend(paths.map(|path| (path, line)));
            }
        }
    }
    imports
}

/// The module that a path in `file` begins at, and the rest of the path.
fn base_and_path<'a>(file: &str, path: &'a str) -> (String, &'a str) {
    if let Some(path) = path.strip_prefix("crate::") {
        return (String::new(), path);
    }
    let module = file.trim_end_matches(".rs").trim_end_matches("/mod");
    let mut base: Vec<&str> = module.split('/').collect();
    let mut path = path;
    while let Some(rest) = path.strip_prefix("super::") {
        base.pop();
        path = rest;
    }
    (base.join("::"), path)
}

/// Expands a path with a list of names at its end, such as `a::{b, c::{D, E}}`.
fn expand(base: &str, path: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let end = path.find(|c| !is_part(c)).unwrap_or(path.len());
    let head = [base, path[..end].trim_end_matches("::")].into_iter();
    let head: Vec<&str> = head.filter(|part| !part.is_empty()).collect();
    let head = head.join("::");
    match path[end..].strip_prefix('{') {
        None => vec![head],
        Some(list) => names(list).flat_map(|name| expand(&head, name)).collect(),
    }
}

/// The names of a list up to its closing brace, each with its own list if it has one.
fn names(list: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut start) = (0, 0);
    let mut names = Vec::new();
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    let names = names.into_iter().map(str::trim);
    names.filter(|name| !name.is_empty())
}

/// The circles of a graph, each with its members in order.
fn circles<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    let reach = |from: &'a str| {
        let mut seen = BTreeSet::new();
        let mut pending: Vec<&str> = graph[from].iter().copied().collect();
        while let Some(file) = pending.pop() {
            if seen.insert(file) {
                pending.extend(graph.get(file).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|file| (*file, reach(file))).collect();
    let mutual = |a: &str, b: &str| {
        let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|r| r.contains(to));
        reaches(a, b) && reaches(b, a)
    };
    let mut circles: Vec<Vec<&str>> = Vec::new();
    for file in graph.keys().copied().filter(|file| mutual(file, file)) {
        match circles.iter_mut().find(|circle| mutual(circle[0], file)) {
            Some(circle) => circle.push(file),
            None => circles.push(vec![file]),
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source_tree::SourceTree;

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<(String, &str)> = files
            .iter()
            .map(|(file, text)| (format!("crates/hammer-core/src/{file}"), *text))
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, t)| (path.as_str(), *t)).collect();
        let findings = check(&SourceTree::from_texts(&files));
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn arrows_point_downwards() {
        let engine = "use crate::model::hit::{Hit, Slot};\nuse crate::report::verdict::Verdict;\n";
        let good = [
            ("engine/run.rs", engine),
            ("report/verdict/mod.rs", "//! See crate::engine::run.\n"),
            (
                "model/hit.rs",
                "pub(crate) struct Hit;\n#[cfg(test)]\nmod tests {\n    use crate::engine::run::Run;\n}\n",
            ),
        ];
        assert_eq!(findings(&good), Vec::<String>::new());

        let upwards = [
            good[0],
            good[1],
            ("model/hit.rs", "\nuse crate::engine::run::Run;\n"),
        ];
        let found = findings(&upwards);
        assert!(
            found[0].starts_with("crates/hammer-core/src/model/hit.rs:2: "),
            "{found:?}"
        );
        assert!(found[0].contains("imports engine/run.rs"), "{found:?}");
    }

    #[test]
    fn paths_from_the_parent_and_nested_lists_are_followed() {
        let imports =
            "use super::super::engine::{run::{Run, Stop}, x::X};\nfn f(a: super::b::B) {}\n";
        let found = findings(&[
            ("engine/run.rs", ""),
            ("engine/x.rs", ""),
            ("report/a.rs", imports),
            ("report/b.rs", "#[cfg(test)]\nuse crate::report::a::A;\n"),
        ]);
        let upwards = found.iter().filter(|found| found.contains("layer above"));
        assert_eq!(upwards.count(), 3, "{found:?}");
        let circle = "the files import each other: report/a.rs, report/b.rs";
        assert!(
            found.iter().any(|found| found.contains(circle)),
            "{found:?}"
        );
    }

    #[test]
    fn imports_name_the_defining_module() {
        let found = findings(&[
            ("engine/run.rs", "use crate::Hit;\n"),
            ("lib.rs", "mod engine;\n"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`crate::Hit` does not name"), "{found:?}");
        let facade = "use crate::engine::Run;\n";
        let found = findings(&[
            ("engine/mod.rs", ""),
            ("engine/run.rs", ""),
            ("engine/x.rs", facade),
        ]);
        assert!(
            found[0].contains("`crate::engine::Run` does not name"),
            "{found:?}"
        );
    }

    #[test]
    fn files_do_not_import_each_other() {
        let found = findings(&[
            ("host/a.rs", "use crate::host::b::B;\n"),
            ("host/b.rs", "use crate::host::c::C;\n"),
            ("host/c.rs", "fn f(a: crate::host::a::A) {}\n"),
            ("host/d.rs", "use crate::host::a::A;\n"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("host/a.rs, host/b.rs, host/c.rs;"),
            "{found:?}"
        );
    }
}
