//! Checks the length of functions in hammer-core.

use super::finding::TidyFinding;
use super::source_tree::SourceTree;

/// The sources that are checked.
const SOURCES: &str = "crates/hammer-core/src/";
/// The maximum number of lines of a function, from its signature to its end.
const MAX_LINES: usize = 80;

/// Checks every function of hammer-core, tests included.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending_with(".rs") {
        if !path.starts_with(SOURCES) {
            continue;
        }
        for (line, name, length) in functions(text) {
            if length > MAX_LINES {
                findings.push(TidyFinding::new(
                    path,
                    line,
                    format!("function `{name}` has {length} lines"),
                    format!("split it into functions of at most {MAX_LINES} lines"),
                ));
            }
        }
    }
    findings
}

/// The functions of a source that rustfmt has formatted: line, name and length.
fn functions(text: &str) -> Vec<(usize, &str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some(name) = function_name(code) else {
            continue;
        };
        let indent = &line[..line.len() - code.len()];
        let end = format!("{indent}}}");
        // A declaration without a body ends with a semicolon before any line of its indentation.
        let rest = &lines[index..];
        let last = rest.iter().position(|line| {
            *line == end || line.ends_with(';') && !line.starts_with(&format!("{indent} "))
        });
        functions.push((index + 1, name, last.map_or(1, |last| last + 1)));
    }
    functions
}

/// The name of the function that a line of code begins.
fn function_name(code: &str) -> Option<&str> {
    let mut words = code.split(' ');
    let is_modifier =
        |word: &&str| matches!(*word, "async" | "const" | "unsafe") || word.starts_with("pub");
    let word = words.find(|word| !is_modifier(word))?;
    let name = (word == "fn").then(|| words.next())??;
    name.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINES, check};
    use crate::tidy::source_tree::SourceTree;

    fn source(body_lines: usize) -> String {
        let body = "        a();\n".repeat(body_lines);
        format!(
            "impl A {{\n    fn short(&self);\n\n    pub(crate) async fn long<T>(t: T) {{\n{body}    }}\n}}\n"
        )
    }

    #[test]
    fn long_functions_are_found() {
        let path = "crates/hammer-core/src/engine/a.rs";
        for (lines, count) in [(MAX_LINES - 2, 0), (MAX_LINES - 1, 1)] {
            let text = source(lines);
            let found = check(&SourceTree::from_texts(&[(path, &text)]));
            assert_eq!(found.len(), count, "{found:?}");
        }
        let text = source(MAX_LINES);
        let found = check(&SourceTree::from_texts(&[(path, &text)]));
        assert!(
            found[0]
                .to_string()
                .contains("a.rs:4: function `long` has 82 lines")
        );
        let elsewhere = [("crates/hammer-cli/src/a.rs", text.as_str())];
        assert!(check(&SourceTree::from_texts(&elsewhere)).is_empty());
    }
}
