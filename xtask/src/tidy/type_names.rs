//! Finds type names with two meanings in the workspace, or taken from the standard library.

use std::collections::BTreeMap;

use super::finding::TidyFinding;
use super::rust;
use super::source_tree::{CrateSource, SourceTree};

/// Names that several crates may define, because they are read with the crate's name.
const SHARED_NAMES: &[&str] = &["Error", "ErrorKind"];

/// Names that a reader would take for those of the standard library.
#[rustfmt::skip]
const STD_NAMES: &[&str] = &[
    "Any", "Arc", "AsMut", "AsRef", "Barrier", "Borrow", "Box", "BTreeMap", "BTreeSet", "Cell",
    "Child", "Clone", "Command", "Condvar", "Copy", "Cow", "Cursor", "Debug", "Default", "Deref",
    "Display", "Drop", "Duration", "Eq", "Extend", "File", "Fn", "FnMut", "FnOnce", "From",
    "FromStr", "Future", "Hash", "HashMap", "HashSet", "Instant", "Into", "Iterator", "Layout",
    "Mutex", "Option", "Ord", "Ordering", "Output", "PartialEq", "PartialOrd", "Path", "PathBuf",
    "Pin", "Range", "Rc", "Read", "RefCell", "Result", "RwLock", "Seek", "Send", "Sized", "String",
    "Sync", "SystemTime", "ToOwned", "ToString", "TryFrom", "TryInto", "Vec", "VecDeque", "Wake",
    "Waker", "Weak", "Write",
];

/// Checks the types of all crates, except in tests.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    let mut places: BTreeMap<&str, Vec<(&str, &str, usize)>> = BTreeMap::new();
    for source in tree.sources() {
        let CrateSource {
            krate, path, text, ..
        } = source;
        for TypeDefinition { line, name, public } in definitions(text) {
            if public {
                places.entry(name).or_default().push((krate, path, line));
            }
            if STD_NAMES.contains(&name) {
                findings.push(TidyFinding::new(
                    path,
                    line,
                    format!("the type `{name}` has a name of the standard library"),
                    "add a word of its domain",
                ));
            }
        }
    }
    for (name, places) in places {
        if SHARED_NAMES.contains(&name) {
            continue;
        }
        for (krate, path, line) in &places {
            let others: Vec<String> = places
                .iter()
                .filter(|(other, ..)| other != krate)
                .map(|(_, path, line)| format!("{path}:{line}"))
                .collect();
            if !others.is_empty() {
                findings.push(TidyFinding::new(
                    path,
                    *line,
                    format!("the type `{name}` is also defined in another crate"),
                    format!("rename one of them ({})", others.join(", ")),
                ));
            }
        }
    }
    findings
}

/// A definition of a type or a trait.
#[derive(Debug, PartialEq, Eq)]
struct TypeDefinition<'a> {
    line: usize,
    name: &'a str,
    /// True if it is `pub`, without a restriction.
    public: bool,
}

/// The definitions in a source, outside `#[cfg(test)]`.
fn definitions(source: &str) -> Vec<TypeDefinition<'_>> {
    let tokens = rust::tokens(source);
    let words: Vec<&str> = tokens.iter().map(|(_, word)| *word).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if words[at..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = item_end(&words, at + 7);
            continue;
        }
        let before = words[..at].iter().rev().find(|word| **word != "unsafe");
        let public = before == Some(&"pub");
        let defines = match words[at] {
            "struct" | "enum" | "trait" => true,
            // Without `pub` these are associated types, or functions of that name.
            "type" | "union" => public || before == Some(&")"),
            _ => false,
        };
        if let Some((line, name)) = tokens.get(at + 1).filter(|_| defines)
            && name.starts_with(char::is_uppercase)
        {
            found.push(TypeDefinition {
                line: *line,
                name,
                public,
            });
        }
        at += 1;
    }
    found
}

/// The index after the item that starts at `at`.
fn item_end(words: &[&str], at: usize) -> usize {
    let mut depth = 0_usize;
    for (index, word) in words.iter().enumerate().skip(at) {
        match *word {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => return index,
            ")" | "]" => depth -= 1,
            "}" => {
                depth -= 1;
                if depth == 0 {
                    return index + 1;
                }
            }
            ";" if depth == 0 => return index + 1,
            _ => {}
        }
    }
    words.len()
}

#[cfg(test)]
mod tests {
    use super::{check, definitions};
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_definitions() {
        let table: [(&str, &[&str]); 10] = [
            ("pub struct A;\npub enum B {}", &["A", "B"]),
            ("pub unsafe trait C {}\npub type D<T> = T;", &["C", "D"]),
            (
                "pub(crate) struct A;\nstruct B;\npub fn c() {}",
                &["-A", "-B"],
            ),
            ("impl T for U { type E = V; }\na.union(b)", &[]),
            ("// pub struct A;\nlet a = \"pub struct B;\";", &[]),
            ("macro_rules! m { () => { pub struct $name; } }", &[]),
            (
                "#[cfg(test)]\nmod tests { pub struct A; }\npub struct B;",
                &["B"],
            ),
            ("#[cfg(test)]\nmod tests;\npub struct B;", &["B"]),
            (
                "#[cfg(test)]\n#[derive(Debug)]\nstruct A { b: u8 }\npub struct B;",
                &["B"],
            ),
            ("#[cfg(unix)]\npub struct A;", &["A"]),
        ];
        for (source, expected) in table {
            let found: Vec<String> = definitions(source)
                .iter()
                .map(|found| [if found.public { "" } else { "-" }, found.name].concat())
                .collect();
            assert_eq!(found, expected, "{source}");
        }
    }

    #[test]
    fn compares_crates() {
        let table = [
            (
                "crates/a/src/x.rs",
                "crates/b/src/x.rs",
                "pub struct Link;",
                2,
            ),
            (
                "crates/a/src/x.rs",
                "crates/a/src/y.rs",
                "pub struct Link;",
                0,
            ),
            (
                "crates/a/src/x.rs",
                "crates/b/tests/it/x.rs",
                "pub struct Link;",
                0,
            ),
            (
                "crates/a/src/x.rs",
                "crates/b/src/x/tests.rs",
                "pub struct Link;",
                0,
            ),
            ("crates/a/src/x.rs", "crates/b/src/x.rs", "struct Link;", 0),
            (
                "crates/a/src/x.rs",
                "crates/b/src/x.rs",
                "pub struct ErrorKind;",
                0,
            ),
            ("crates/a/src/x.rs", "xtask/tests/x.rs", "enum Copy {}", 1),
            (
                "crates/a/src/x.rs",
                "xtask/bench/src/x.rs",
                "pub struct Link;",
                2,
            ),
            (
                "xtask/bench/tests/x.rs",
                "xtask/fuzz/targets/x.rs",
                "enum Copy {}",
                1,
            ),
        ];
        for (first, second, text, findings) in table {
            let tree = SourceTree::from_texts(&[(first, text), (second, text)]);
            assert_eq!(check(&tree).len(), findings, "{first} {second} {text}");
        }
    }

    #[test]
    fn names_the_other_place() {
        let tree = SourceTree::from_texts(&[
            ("crates/a/src/x.rs", "\npub struct Link;"),
            ("crates/b/src/y.rs", "pub enum Link {}"),
        ]);
        assert_eq!(
            check(&tree)[0].to_string(),
            "crates/a/src/x.rs:2: the type `Link` is also defined in another crate; \
             rename one of them (crates/b/src/y.rs:1)"
        );
    }
}
